fn main() {
    println!("cargo::rerun-if-changed=src/crossing.c");
    cc::Build::new().file("src/crossing.c").compile("crossing");
}
