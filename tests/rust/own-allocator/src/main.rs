//! A program whose Rust part brings an allocator of its own.
#[cfg(feature = "mimalloc")]
#[global_allocator]
static GLOBAL: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[cfg(feature = "tikv-jemallocator")]
#[global_allocator]
static GLOBAL: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() {
    let threads: Vec<_> = (0..4).map(|i| std::thread::spawn(move || vec![i; 1000])).collect();
    let sum: usize = threads.into_iter().flat_map(|thread| thread.join().unwrap()).sum();
    assert_eq!(sum, 6000);
    println!("hello");
}
