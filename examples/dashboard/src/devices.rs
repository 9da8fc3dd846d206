//! What a person will know a session by: the browser and the system that its headers name.

use admit::{Callbacks, SessionOrigin, SignInRequest};
use async_trait::async_trait;
use http::header::USER_AGENT;

/// Says from which device somebody signs in. A browser may say what it likes, so it is a help and no proof.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Devices;

#[async_trait]
impl Callbacks for Devices {
    async fn origin(&self, request: &SignInRequest<'_>) -> SessionOrigin {
        let agent = request.headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        match device(agent) {
            Some(device) => SessionOrigin::default().device(&device),
            None => SessionOrigin::default(),
        }
    }
}

/// Browsers call themselves by the names of others, too; their own comes first here.
fn device(agent: &str) -> Option<String> {
    let named =
        |names: &[(&str, &'static str)]| names.iter().find(|(part, _)| agent.contains(part)).map(|(_, name)| *name);
    match (named(BROWSERS), named(SYSTEMS)) {
        (Some(browser), Some(system)) => Some(format!("{browser} on {system}")),
        (Some(one), None) | (None, Some(one)) => Some(one.to_owned()),
        (None, None) => None,
    }
}

const BROWSERS: &[(&str, &str)] = &[
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
];
const SYSTEMS: &[(&str, &str)] = &[
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_called_as_its_owner_would() {
        let chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
        for (agent, name) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", Some("Firefox on Linux")),
            (chrome, Some("Chrome on Windows")),
            (&format!("{chrome} Edg/140.0"), Some("Edge on Windows")),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1",
                Some("Safari on iPhone"),
            ),
            ("curl/8.9", Some("curl")),
            ("<script>", None),
            ("", None),
        ] {
            assert_eq!(device(agent).as_deref(), name, "{agent}");
        }
    }
}
