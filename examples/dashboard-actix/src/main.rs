//! The dashboard on actix-web.
fn main() {}
