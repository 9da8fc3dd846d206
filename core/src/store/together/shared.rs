//! One error for all who asked in one question.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use crate::store::StoreError;

/// The same error as often as it is needed.
pub(super) fn shared(error: StoreError) -> impl Fn() -> StoreError {
    let cause = match error {
        StoreError::Unavailable(cause) => cause,
        other => Box::new(other),
    };
    let cause = Shared(cause.into());
    move || StoreError::Unavailable(Box::new(cause.clone()))
}

#[derive(Clone, Debug)]
struct Shared(Arc<dyn Error + Send + Sync>);

impl fmt::Display for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for Shared {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}
