//! The pages a person sees.

use maud::{Markup, html};

use super::{Account, Config, Tenant};
use crate::page::{self, ENTRA, Page, Portrait, another_account, decision, person_button};

/// The first page: which account?
pub(super) fn which_account<'a>(config: &'a Config, target: &str, offered: impl Iterator<Item = &'a Account>) -> Page {
    let content = html! {
        h1 { "Pick an account" }
        p { strong { (config.app_name) } " asks you to sign in." }
        form method="post" action=(ACCOUNT) {
            input type="hidden" name="request" value=(target);
            ul.people {
                @for account in offered.take(SHOWN) { li { (person_button("login", &portrait(config, account))) } }
            }
        }
        (another_account("login", config.accounts.first().map_or("", |account| &account.username), |field| html! {
            form method="post" action=(ACCOUNT) {
                input type="hidden" name="request" value=(target);
                (field)
            }
        }))
    };
    step("Pick an account", &content)
}

/// The second page: do you agree?
pub(super) fn consent(
    config: &Config,
    target: &str,
    account: &Account,
    tenant: Option<&Tenant>,
    scopes: &[String],
) -> Page {
    let content = html! {
        h1 { "Permissions requested" }
        div.person.chosen { (portrait(config, account).shown()) }
        p {
            strong { (config.app_name) } " would like to"
            @if let Some(tenant) = tenant { ", as you are at " strong { (tenant.name) } }
            ":"
        }
        (page::scopes(scopes.iter().map(|scope| (in_words(scope), scope.as_str()))))
        form method="post" action=(CONSENT) {
            input type="hidden" name="request" value=(target);
            input type="hidden" name="login" value=(account.login);
            (decision("decision", [("accept", "Accept"), ("cancel", "Cancel")]))
        }
    };
    step("Permissions requested", &content)
}

/// Entra's own page for a request it does not answer.
pub(super) fn refused(config: &Config, why: &str) -> Page {
    page::refused(&ENTRA, "Nobody can sign in like this", why, config.redirect_uris.first().map(String::as_str))
}

/// For a name that is nobody's.
pub(super) fn nobody(why: &str, target: &str) -> Page {
    page::nobody(&ENTRA, why, target)
}

/// For an address where nothing is.
pub(super) fn nothing_here() -> Page {
    let content = html! {
        h1 { "There is nothing at this address" }
        p { "Sign-in begins at the app, which sends the browser to an address with a tenant in it." }
    };
    step("Nothing here", &content)
}

/// After signing out, for those who came without a way on.
pub(super) fn signed_out() -> Page {
    let content = html! {
        h1 { "You signed out of your account" }
        p { "It’s a good idea to close all browser windows." }
        p.hint { "The app named no registered address to go on to." }
    };
    step("You signed out", &content)
}

/// What a gateway shows.
pub(super) fn gateway(status: http::StatusCode) -> Page {
    let content = html! { h1 { (status) } p { "This fault was asked for." } };
    step("Fault", &content).telling("a gateway’s page")
}

/// The first of the people; all can sign in.
pub(super) fn portraits(config: &Config) -> impl Iterator<Item = Portrait<'_>> {
    config.accounts.iter().take(SHOWN).map(|account| portrait(config, account))
}

/// Where the form of the first page goes.
pub(super) const ACCOUNT: &str = "/_pretend/account";
/// Where the form of the second page goes.
pub(super) const CONSENT: &str = "/_pretend/consent";
/// A page is for people to look at.
const SHOWN: usize = 20;

fn step(title: &str, content: &Markup) -> Page {
    Page::step(&ENTRA, title, content)
}

fn portrait<'a>(config: &'a Config, account: &'a Account) -> Portrait<'a> {
    let tenant =
        |id: &'a str| config.tenants.iter().find(|known| known.id == id).map_or(id, |known| known.name.as_str());
    let mut traits = vec![match account.is_personal() {
        true => "Has a personal account".to_owned(),
        false => format!("Belongs to {}", tenant(&account.home)),
    }];
    traits.extend(account.guest_in.iter().map(|host| format!("Is a guest at {}", tenant(host))));
    traits.push(match (&account.email, account.email_is_verified) {
        (None, _) => "Has no e-mail address".to_owned(),
        (Some(email), true) => format!("Has the address {email}, which is verified"),
        (Some(email), false) => format!("Has the address {email}, for which nobody vouches"),
    });
    traits.push(if account.photo.is_some() { "Has a picture" } else { "Has no picture" }.to_owned());
    Portrait {
        login: &account.login,
        name: &account.name,
        about: format!("{}{}", account.username, if account.is_personal() { ", a personal account" } else { "" }),
        picture: account.photo.as_ref(),
        traits,
    }
}

/// What a scope allows, in the words of a consent page.
fn in_words(scope: &str) -> &'static str {
    match scope.rsplit('/').next().unwrap_or_default() {
        "openid" => "Sign you in",
        "profile" => "View your basic profile",
        "email" => "View your e-mail address",
        "offline_access" => "Maintain access to data you have given it access to",
        "User.Read" => "Read your profile",
        "user_impersonation" => "Have full access to Azure DevOps",
        name => crate::azure_devops::in_words(name).unwrap_or("Use something that has no words here"),
    }
}
