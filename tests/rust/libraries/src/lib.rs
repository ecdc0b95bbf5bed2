//! For main.c: what Rust allocates there, C frees, and the other way round.
use std::ffi::{c_char, CString};

#[no_mangle]
pub extern "C" fn greeting() -> *mut c_char {
    let words = std::thread::spawn(|| "hello".to_string()).join().unwrap();
    CString::new(words).unwrap().into_raw()
}

/// # Safety
/// The block is one of malloc's, of that many bytes.
#[no_mangle]
pub unsafe extern "C" fn take(block: *mut u8, size: usize) -> usize {
    let mut bytes = Vec::from_raw_parts(block, size, size);
    bytes.extend_from_slice(&[7; 1000]);
    bytes.len()
}
