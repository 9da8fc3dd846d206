//! The operations that are measured: by the clock in `benches/`, in instructions by `count.sh`.
//!
//! An area is a module with a `pub fn operations()`. To add one: write the module, chain it in [`operations`], and add
//! a file to `benches/` that hands the same operations to criterion.
//!
//! What a request costs in a server is another matter: [`side_by_side`] and [`instructions`] measure that, over a socket.

#![allow(clippy::expect_used, reason = "a benchmark that cannot be set up must stop")]

pub mod access_token;
mod bare;
pub mod id_token;
pub mod instructions;
pub mod load;
pub mod oidc;
mod people;
pub mod rows;
pub mod server;
pub mod session;
pub mod session_cookie;
pub mod side_by_side;
pub mod sign_in;
mod signer;
mod site;
pub mod stores;
pub mod trips;

/// Something to measure, under the name it has in every report.
pub struct Operation {
    /// `area/operation`.
    pub name: &'static str,
    run: Box<dyn Fn()>,
}

impl Operation {
    /// Wraps what is to be done once. What it returns is made, and dropped, within the measurement.
    pub fn new<T>(name: &'static str, run: impl Fn() -> T + 'static) -> Self {
        Self { name, run: Box::new(move || drop(std::hint::black_box(run()))) }
    }

    /// Does it once.
    pub fn run(&self) {
        (self.run)();
    }
}

impl std::fmt::Debug for Operation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Operation").field(&self.name).finish()
    }
}

/// All there are.
pub fn operations() -> impl Iterator<Item = Operation> {
    let sessions = session_cookie::operations().into_iter().chain(session::operations());
    let sessions = sessions.chain(access_token::operations());
    sessions.chain(sign_in::operations()).chain(id_token::operations()).chain(oidc::operations())
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_operation_can_be_repeated_and_has_a_name_of_its_own() {
        let mut names = std::collections::BTreeSet::new();
        for operation in super::operations() {
            operation.run();
            operation.run();
            assert!(names.insert(operation.name), "{} twice", operation.name);
        }
    }
}
