//! Writes a WebAssembly module that a registry's package holds to standard output.
use std::io::Write;

fn main() {
    let module = wasi_preview1_component_adapter_provider::WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER;
    std::io::stdout().write_all(module).unwrap();
}
