//! Threads that split a text into words, each word a block of its own: what musl's malloc is slow at.
use std::thread;
use std::time::Instant;

const ROUNDS: usize = 50_000;
const TEXT: &str = "the quick brown fox jumps over the lazy dog while the band plays on and on";

fn words() -> Vec<String> {
    TEXT.split(' ').map(str::to_string).collect()
}

fn main() {
    for threads in [1, 2, 4, 8] {
        let start = Instant::now();
        let workers: Vec<_> = (0..threads)
            .map(|_| thread::spawn(|| (0..ROUNDS).map(|_| words().len()).sum::<usize>()))
            .collect();
        let words: usize = workers.into_iter().map(|worker| worker.join().unwrap()).sum();
        println!(
            "{threads} threads: {:.1} million words a second",
            words as f64 / start.elapsed().as_secs_f64() / 1e6
        );
    }
}
