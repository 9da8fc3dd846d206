//! A refusal on its way to the browser.

/// They are not who they say.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the credentials were refused with the code {}", self.code())]
pub(crate) struct Refused(Option<String>);

impl Refused {
    /// With the wire's code.
    pub(crate) fn plainly() -> Self {
        Self(None)
    }

    /// With the application's code, if it fits an address.
    pub(crate) fn with(code: &str) -> Self {
        if !is_code(code) {
            tracing::error!(
                code = ?code.chars().take(LONGEST).collect::<String>(),
                "a check refused with a code that does not fit an address; the usual one is sent"
            );
        }
        Self(Some(code).filter(|code| is_code(code)).map(str::to_owned))
    }

    /// What stands in the address.
    pub(crate) fn code(&self) -> &str {
        self.own_code().unwrap_or(CODE)
    }

    /// The application's code.
    pub(crate) fn own_code(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

/// Whether a text can stand in an address, a log and another page's script, and be itself in each.
pub(crate) fn is_code(text: &str) -> bool {
    (1..=LONGEST).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// Auth.js's.
const CODE: &str = "credentials";
const LONGEST: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_that_fits_no_address_gives_way_to_the_usual_one() {
        for code in ["totp_required", "E-42", &"x".repeat(64)] {
            assert_eq!(Refused::with(code).code(), code);
        }
        for code in ["", "a b", "a&b=c", "é", "a\r\nb", "<b>", &"x".repeat(65)] {
            assert_eq!(Refused::with(code).code(), "credentials", "{code:?}");
        }
        assert_eq!(Refused::plainly().code(), "credentials");
    }
}
