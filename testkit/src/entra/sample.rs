//! Two tenants and four people, for the first minute and for tests that need somebody.
//!
//! Norma belongs to Fabrikam, has a verified address and a picture, and is a guest at Lamplight. Bo belongs to Fabrikam
//! and has neither address nor picture. Vera belongs to Lamplight, with an address that nobody vouches for. Pia has a
//! personal account, and is a guest at Lamplight.

use bytes::Bytes;

use super::{Account, Tenant};

/// The sample tenant Fabrikam.
pub const FABRIKAM: &str = "7a394543-62fd-4274-a7d2-8fac775942b6";
/// The sample tenant Lamplight.
pub const LAMPLIGHT: &str = "c4f1e0d2-5b3a-4e69-9d07-21b8a6f3e5c4";

pub(super) fn tenants() -> Vec<Tenant> {
    vec![
        Tenant::new(FABRIKAM, "Fabrikam").domain("fabrikam.example").domain("fabrikam.onmicrosoft.example"),
        Tenant::new(LAMPLIGHT, "Lamplight").domain("lamplight.example"),
    ]
}

pub(super) fn accounts() -> Vec<Account> {
    let norma = Account::member("norma", "Norma Paulk", FABRIKAM, "norma@fabrikam.example")
        .verified_email("norma@fabrikam.example")
        .photo(Bytes::from_static(include_bytes!("../azure_devops/norma.png")))
        .guest_in(LAMPLIGHT);
    let bo = Account::member("bo", "Bo Lindqvist", FABRIKAM, "bo@fabrikam.example");
    let vera = Account::member("vera", "Vera Okafor", LAMPLIGHT, "vera@lamplight.example").email("vera@mail.example");
    let pia = Account::personal("pia", "Pia Holm", "pia@mail.example").email("pia@mail.example").guest_in(LAMPLIGHT);
    vec![norma, bo, vera, pia]
}

/// Somebody who has just begun there.
pub(super) fn newcomer(login: &str, tenant: &Tenant) -> Account {
    let mut letters = login.chars();
    let name = letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>());
    let domain = tenant.domains.first().map_or("guests.example", String::as_str);
    Account::member(login, name.unwrap_or_default(), &tenant.id, format!("{login}@{domain}"))
}
