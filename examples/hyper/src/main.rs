//! admit on plain hyper.
fn main() {}
