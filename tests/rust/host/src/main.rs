//! A program with a build script and a procedural macro, which run on the machine that builds.
fn main() {
    assert!(!env!("FROM_BUILD_SCRIPT").is_empty());
    println!("{}", derive::word!());
}
