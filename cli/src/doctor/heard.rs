//! What sign-in logs while it is built and asked, taken as findings and kept off the screen.

use std::fmt::{self, Write as _};
use std::sync::{Arc, Mutex, PoisonError};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

/// Keeps warnings and errors. Clones share them.
#[derive(Clone, Debug, Default)]
pub(super) struct Heard(Arc<Mutex<Vec<Said>>>);

/// One line of the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) provider: Option<String>,
    pub(super) text: String,
    pub(super) cause: Option<String>,
    /// Whether it is about one of a client's secrets, whose dates are looked at elsewhere.
    pub(super) is_of_a_secret: bool,
}

impl Heard {
    /// What was said since the last time.
    pub(super) fn take(&self) -> Vec<Said> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Subscriber for Heard {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::WARN && metadata.is_event()
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        // No span is enabled, so nobody asks; any number but 0 is one.
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut said = Said::default();
        event.record(&mut said);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(said);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

impl Visit for Said {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let mut text = String::new();
        // A `String` takes everything.
        let _ = write!(text, "{value:?}");
        self.record_str(field, &text);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "message" => self.text = value.to_owned(),
            "provider" => self.provider = Some(value.to_owned()).filter(|provider| provider != "-"),
            "cause" | "error" => self.cause = Some(value.to_owned()),
            "credential" => self.is_of_a_secret = true,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_are_kept_with_provider_and_cause_and_nothing_below_them() {
        let heard = Heard::default();
        tracing::subscriber::with_default(heard.clone(), || {
            let ends_at = 7;
            tracing::warn!(provider = %"acme", cause = "broken", "it does {}", "not work");
            tracing::warn!(provider = "-", credential = 0, %ends_at, "the secret ends");
            tracing::info!("all is well");
        });
        let said = heard.take();
        assert_eq!(said.len(), 2, "{said:?}");
        assert_eq!((said[0].provider.as_deref(), &*said[0].text), (Some("acme"), "it does not work"));
        assert_eq!((said[0].cause.as_deref(), said[0].is_of_a_secret), (Some("broken"), false));
        assert_eq!((said[1].provider.as_deref(), said[1].is_of_a_secret), (None, true));
        assert_eq!(heard.take(), []);
    }
}
