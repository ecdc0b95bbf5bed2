//! Threads that allocate for one another, thread-local values with destructors, and, if asked to, a panic that unwinds.
use std::cell::RefCell;
use std::collections::HashMap;
use std::thread;

thread_local! {
    static SEEN: RefCell<HashMap<u64, String>> = RefCell::new(HashMap::new());
}

fn work(thread: u64) -> Vec<String> {
    (0..1000)
        .map(|i| {
            SEEN.with(|seen| {
                seen.borrow_mut()
                    .entry(i)
                    .or_insert_with(|| (i * thread).to_string())
                    .clone()
            })
        })
        .collect()
}

fn main() {
    let threads: Vec<_> = (0..8).map(|i| thread::spawn(move || work(i))).collect();
    let words: usize = threads.into_iter().map(|thread| thread.join().unwrap().len()).sum();
    assert_eq!(words, 8000);
    if std::env::args().nth(1).as_deref() == Some("panic") {
        let caught = std::panic::catch_unwind(|| panic!("{}", "on purpose".to_string()));
        assert!(caught.is_err());
        println!("unwound");
    }
    println!("hello");
}
