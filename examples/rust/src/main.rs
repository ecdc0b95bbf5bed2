//! Counts words in several threads, each of which allocates all the time: what musl's malloc is slow at.
use std::collections::HashMap;
use std::thread;
use std::time::Instant;

const ROUNDS: usize = 200;
const TEXT: &str = "the quick brown fox jumps over the lazy dog while the band plays on and on";

fn count() -> usize {
    let mut words = HashMap::new();
    for round in 0..ROUNDS {
        for word in TEXT.split(' ') {
            *words.entry(format!("{word} {round}")).or_insert(0) += 1;
        }
    }
    words.values().sum()
}

fn main() {
    for threads in [1, 2, 4, 8] {
        let start = Instant::now();
        let workers: Vec<_> = (0..threads)
            .map(|_| thread::spawn(|| (0..100).map(|_| count()).sum::<usize>()))
            .collect();
        let words: usize = workers.into_iter().map(|worker| worker.join().unwrap()).sum();
        println!(
            "{threads} threads: {words} words, {:.1} million a second",
            words as f64 / start.elapsed().as_secs_f64() / 1e6
        );
    }
}
