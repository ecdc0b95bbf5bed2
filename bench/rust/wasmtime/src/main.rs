// SPDX-License-Identifier: MIT
//! `wasmtime compile`, by wasmtime's own command.
use clap::Parser;

#[cfg(feature = "mimalloc")]
#[global_allocator]
static GLOBAL: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[cfg(feature = "jemalloc")]
#[global_allocator]
static GLOBAL: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() {
    if let Err(error) = wasmtime_cli::commands::CompileCommand::parse().execute() {
        eprintln!("error: {error:?}");
        std::process::exit(1);
    }
}
