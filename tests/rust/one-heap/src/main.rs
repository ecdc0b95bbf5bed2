//! Well-known C libraries in one Rust program, and blocks that one side allocates and the other grows or frees.
use std::ffi::{c_char, c_void, CStr, CString};
use std::ptr;

extern "C" {
    fn c_words(text: *const c_char) -> *mut c_char;
    fn c_grow(block: *mut c_void, size: usize) -> *mut c_void;
    fn c_free(block: *mut c_void);
}

/// Between Rust's collections and C's malloc, realloc and free.
fn crossings(size: usize) {
    unsafe {
        let text = CString::new("x".repeat(size)).unwrap();

        let from_c = c_words(text.as_ptr());
        let mut bytes = Vec::from_raw_parts(from_c as *mut u8, size, size + 1);
        bytes.extend_from_slice(text.as_bytes());
        assert_eq!(bytes.len(), 2 * size);
        drop(bytes);

        let from_rust = c_grow(text.into_raw() as *mut c_void, 3 * size + 1);
        assert_eq!(CStr::from_ptr(from_rust as *const c_char).to_bytes().len(), size);
        c_free(from_rust);

        let boxed = Box::into_raw(vec![1u8; size].into_boxed_slice()) as *mut c_void;
        libc::free(boxed);
        drop(Box::from_raw(libc::malloc(8) as *mut u64));
    }
}

fn sqlite() {
    use libsqlite3_sys::*;
    unsafe {
        let mut database = ptr::null_mut();
        assert_eq!(sqlite3_open(c":memory:".as_ptr(), &mut database), SQLITE_OK);
        let script = c"create table t (a, b);
            with recursive n(i) as (select 1 union all select i + 1 from n where i < 5000)
            insert into t select i, hex(randomblob(i % 100)) from n;
            create index t_b on t (b);";
        let mut message = ptr::null_mut();
        assert_eq!(
            sqlite3_exec(database, script.as_ptr(), None, ptr::null_mut(), &mut message),
            SQLITE_OK
        );
        // sqlite3_mprintf's blocks are freed by sqlite3_free, which is free behind a header of 8 bytes.
        sqlite3_free(sqlite3_mprintf(c"%d".as_ptr(), 7) as *mut c_void);
        assert_eq!(sqlite3_close(database), SQLITE_OK);
    }
}

fn zstd() {
    let plain = "hello ".repeat(20000);
    unsafe {
        let room = zstd_sys::ZSTD_compressBound(plain.len());
        let mut packed = vec![0u8; room];
        let size = zstd_sys::ZSTD_compress(packed.as_mut_ptr().cast(), room, plain.as_ptr().cast(), plain.len(), 9);
        assert_eq!(zstd_sys::ZSTD_isError(size), 0);
        let mut back = vec![0u8; plain.len()];
        let size = zstd_sys::ZSTD_decompress(back.as_mut_ptr().cast(), back.len(), packed.as_ptr().cast(), size);
        assert_eq!(&back[..size], plain.as_bytes());
    }
}

fn openssl() {
    use openssl_sys::*;
    unsafe {
        init();
        let mut digest = [0u8; 32];
        let mut size = 0;
        let context = EVP_MD_CTX_new();
        assert_eq!(EVP_DigestInit_ex(context, EVP_sha256(), ptr::null_mut()), 1);
        assert_eq!(EVP_DigestUpdate(context, b"abc".as_ptr().cast(), 3), 1);
        assert_eq!(EVP_DigestFinal_ex(context, digest.as_mut_ptr(), &mut size), 1);
        EVP_MD_CTX_free(context);
        assert_eq!(digest[..2], [0xba, 0x78]);
        assert_eq!(
            digest[..],
            *ring::digest::digest(&ring::digest::SHA256, b"abc").as_ref()
        );
        // OPENSSL_malloc is malloc.
        libc::free(CRYPTO_malloc(100, c"".as_ptr(), 0));
    }
}

fn git() {
    use libgit2_sys::*;
    unsafe {
        assert_eq!(git_libgit2_init(), 1);
        let folder = CString::new(std::env::args().nth(1).expect("a folder for a repository")).unwrap();
        let mut repository = ptr::null_mut();
        assert_eq!(git_repository_init(&mut repository, folder.as_ptr(), 1), 0);
        git_repository_free(repository);
        assert_eq!(git_libgit2_shutdown(), 0);
    }
}

fn main() {
    let threads: Vec<_> = (0..4)
        .map(|_| {
            std::thread::spawn(|| {
                (1..3000).step_by(7).for_each(crossings);
                sqlite();
                zstd();
                openssl();
            })
        })
        .collect();
    git();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    println!("hello");
}
