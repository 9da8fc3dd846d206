//! An access token that is good for a while: out of the session, and out of a token store. Held against a request that
//! only asks who is there, and against the bare look-up of the same row.
//!
//! The randomness is the machine's, and so is the clock, from a while ago on. The stores answer without waiting.

mod beside;
mod person;

use std::rc::Rc;

pub use self::beside::{Measured, Plan, Report};
pub use self::person::Home;
use self::person::Person;
use crate::Operation;

/// The session alone, and a token beside it, in each home; and what the look-up alone takes.
pub fn operations() -> Vec<Operation> {
    let mut operations = Vec::new();
    for home in Home::ALL {
        let person = Rc::new(Person::of(home));
        let [session, token, look_up] = [(); 3].map(|()| Rc::clone(&person));
        let names = home.names();
        operations.push(Operation::new(names.session, move || session.session()));
        operations.push(Operation::new(names.token, move || token.token()));
        if let Some(name) = names.look_up {
            operations.push(Operation::new(name, move || look_up.look_up()));
        }
    }
    operations
}
