//! People who sign in with a name and a password: Ada may, and Grace's account is locked.

use admit::credentials::{Credentials, Field, GivenCredentials, Verdict};
use admit::{BoxError, Profile};

pub(crate) fn members() -> Credentials {
    Credentials::new("a password", check)
        .field(Field::username("username", "User name"))
        .field(Field::password("password", "Password"))
        .text_for(LOCKED, "This account is locked.")
}

async fn check(given: GivenCredentials) -> Result<Verdict, BoxError> {
    Ok(match (given.text("username")?, given.text("password")?) {
        ("ada", PASSWORD) => Verdict::Accepted(Profile::new("ada").name(Some("Ada Lovelace"))),
        ("grace", PASSWORD) => Verdict::refused_with(LOCKED),
        _ => Verdict::Refused,
    })
}

const PASSWORD: &str = "correct horse";
const LOCKED: &str = "account_locked";
