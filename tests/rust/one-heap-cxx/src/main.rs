//! Rust and C++ in one program: strings, exceptions, thread_local, and blocks that one side allocates and the other frees.
#[cxx::bridge]
mod cpp {
    unsafe extern "C++" {
        include!("one-heap-cxx/src/words.h");
        fn join(words: Vec<String>) -> UniquePtr<CxxString>;
        fn bytes(count: usize) -> *mut u8;
        unsafe fn release(block: *mut u8);
    }
}

fn crossings(size: usize) {
    let words = vec![size.to_string(), "x".repeat(size)];
    let length: usize = words.iter().map(|word| word.len()).sum();
    assert_eq!(cpp::join(words).len(), length);

    let mut from_cpp = unsafe { Vec::from_raw_parts(cpp::bytes(size), 0, size) };
    from_cpp.resize(3 * size, 7u8);
    drop(from_cpp);

    let from_rust = Box::into_raw(vec![1u8; size].into_boxed_slice());
    unsafe { cpp::release(from_rust as *mut u8) };
}

fn main() {
    let threads: Vec<_> = (0..4)
        .map(|_| std::thread::spawn(|| (1..3000).step_by(7).for_each(crossings)))
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    println!("hello");
}
