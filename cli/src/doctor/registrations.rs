//! The registration with each provider: what to enter there, what is asked for, and how long the client's secrets live.

use std::time::Duration;

use admit::{Clock as _, SystemClock, Timestamp};
use admit_providers::azure_devops::Scope;

use super::check::Checks;
use super::site::NOWHERE;
use crate::providers::{Configured, Registration};

/// Tells of each what sign-in itself does not.
pub(super) fn look(providers: &[Configured], checks: &mut Checks) {
    let now = SystemClock.now();
    for registration in providers.iter().filter_map(Configured::registration) {
        let id = &registration.id;
        if !registration.callback_url.starts_with(NOWHERE) {
            checks.ok(id, format!("register this callback there, to the letter: {}", registration.callback_url));
        }
        scopes(&registration, checks);
        secrets(&registration, now, checks);
    }
}

fn scopes(registration: &Registration, checks: &mut Checks) {
    let (id, scopes) = (&registration.id, &registration.scopes);
    if !scopes.is_empty() {
        checks.ok(id, format!("asks for {}", scopes.join(" ")));
    }
    for scope in scopes {
        if let Some(why) = more_than_needed(id, scope) {
            checks.warn(id, format!("the scope {scope:?} {why}; ask for less if the application can do with it"));
        }
    }
}

/// What is odd about asking for that much.
fn more_than_needed(id: &str, scope: &str) -> Option<&'static str> {
    let (resource, name) = scope.rsplit_once('/').unwrap_or(("", scope));
    let of_devops = id == "azure-devops" || DEVOPS.iter().any(|known| resource.eq_ignore_ascii_case(known));
    match name {
        ".default" => Some("stands for everything that the registration lists, whatever that becomes"),
        "user_impersonation" => Some("is all that the person may do"),
        _ if of_devops && Scope::parse(name).is_some_and(Scope::is_high_privilege) => {
            Some("is one of those that Azure DevOps marks as high privilege")
        }
        _ if name.ends_with(".ReadWrite.All") || name.contains(".AccessAsUser.All") => {
            Some("lets the application change what belongs to others")
        }
        "repo" | "delete_repo" if id == "github" => Some("lets the application write to all repositories"),
        "api" | "sudo" | "admin_mode" if id == "gitlab" => Some("is all that the person may do"),
        _ if id == "github" && name.starts_with("admin:") => Some("lets the application administer"),
        _ => None,
    }
}

fn secrets(registration: &Registration, now: Timestamp, checks: &mut Checks) {
    let (id, several) = (&registration.id, registration.secrets.len() > 1);
    for (place, validity) in registration.secrets.iter().enumerate() {
        let which = match place {
            0 if several => "the newest client secret",
            0 => "the client secret",
            _ => "an older client secret",
        };
        let Some(ends_at) = validity.ends_at else {
            let how = variable(id);
            // Only on this machine is there plain http, and a pretend provider's secrets do not end.
            let pretends = registration.token_url.as_deref().is_some_and(|url| url.starts_with("http:"));
            if id == "azure-devops" && !pretends {
                checks.warn(
                    id,
                    format!(
                        "nobody knows when {which} ends, and it lives 60 days; say when it was made, as {how}_CREATED"
                    ),
                );
            } else {
                checks
                    .ok(id, format!("nobody knows when {which} ends; say it as {how}_ENDS, and you are warned before"));
            }
            continue;
        };
        let (day, left) = (day(ends_at), ends_at.since(now));
        match place {
            _ if left > SOON => checks.ok(id, format!("{which} ends on {day}")),
            0 if now >= ends_at => {
                checks.fail(id, format!("{which} ended on {day}, so nobody can sign in; make another, and give it"))
            }
            0 => checks.warn(id, format!("{which} ends on {day}; make the next one, and give both")),
            _ if now >= ends_at => checks.warn(id, format!("{which} ended on {day}; take it out")),
            _ => checks.warn(
                id,
                format!("{which} ends on {day}, and what it minted may end with it; see admit azure secrets sweep"),
            ),
        }
    }
}

fn variable(id: &str) -> String {
    format!("AUTH_{}_SECRET", id.to_ascii_uppercase().replace('-', "_"))
}

/// The day of an instant.
fn day(instant: Timestamp) -> String {
    instant.to_string().chars().take("2026-11-22".len()).collect()
}

/// As early as sign-in itself begins to warn.
const SOON: Duration = Duration::from_secs(14 * 86_400);
/// What Azure DevOps is called among the resources of Microsoft Entra ID.
const DEVOPS: [&str; 2] = ["499b84ac-1321-427f-aa17-267ca6975798", "https://app.vssps.visualstudio.com"];

#[cfg(test)]
mod tests {
    use admit::provider::Validity;

    use super::super::check::Level;
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_795_305_600);

    fn told(id: &str, scopes: &[&str], days: &[Option<i64>]) -> Vec<(Level, String)> {
        let ends = |day: &Option<i64>| Validity {
            made_at: None,
            ends_at: day.map(|day| Timestamp::from_unix_seconds(NOW.unix_seconds() + day * 86_400)),
        };
        let registration = Registration {
            id: id.to_owned(),
            callback_url: "https://app.example/cb".to_owned(),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            secrets: days.iter().map(ends).collect(),
            speaks_openid: false,
            token_url: None,
        };
        let mut checks = Checks::default();
        super::scopes(&registration, &mut checks);
        secrets(&registration, NOW, &mut checks);
        checks.grouped().into_iter().map(|check| (check.level, check.finding)).collect()
    }

    fn levels(told: &[(Level, String)]) -> Vec<Level> {
        told.iter().map(|(level, _)| *level).collect()
    }

    #[test]
    fn a_secret_is_told_by_what_is_left_of_its_life() {
        // azure.md §1.9
        for (days, level) in [(60, Level::Ok), (15, Level::Ok), (14, Level::Warn), (1, Level::Warn), (0, Level::Fail)] {
            assert_eq!(levels(&told("azure-devops", &[], &[Some(days)])), [level], "{days}");
        }
        let both = told("azure-devops", &[], &[Some(50), Some(-3)]);
        assert_eq!(levels(&both), [Level::Ok, Level::Warn]);
        assert!(both[1].1.ends_with("take it out"), "{both:?}");
        assert_eq!(levels(&told("azure-devops", &[], &[None])), [Level::Warn]);
        assert_eq!(levels(&told("github", &[], &[None])), [Level::Ok]);
    }

    #[test]
    fn scopes_that_are_more_than_is_needed_are_told_one_by_one() {
        for (id, scope, level) in [
            ("azure-devops", "vso.work", Level::Ok),
            ("azure-devops", "vso.security_manage", Level::Warn),
            ("microsoft-entra-id", "499b84ac-1321-427f-aa17-267ca6975798/vso.security_manage", Level::Warn),
            ("microsoft-entra-id", "499b84ac-1321-427f-aa17-267ca6975798/vso.work", Level::Ok),
            ("microsoft-entra-id", "499b84ac-1321-427f-aa17-267ca6975798/user_impersonation", Level::Warn),
            ("microsoft-entra-id", "https://graph.microsoft.com/.default", Level::Warn),
            ("microsoft-entra-id", "Group.ReadWrite.All", Level::Warn),
            ("github", "repo", Level::Warn),
            ("github", "read:user", Level::Ok),
            ("discord", "api", Level::Ok),
        ] {
            let worst = told(id, &[scope], &[]).into_iter().map(|(level, _)| level).max();
            assert_eq!(worst, Some(level), "{id} {scope}");
        }
    }
}
