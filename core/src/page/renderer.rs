//! The port for pages that the application draws itself.

use std::fmt;

use super::{Frame, Loads, Page};
use crate::BoxError;

/// Draws pages in the place of admit, all of them or some: see
/// [`AuthBuilder::page_renderer`](crate::AuthBuilder::page_renderer).
///
/// It is handed what a page has to say, in the language of whoever asks, and gives the document. Status, headers and
/// cookies stay admit's; what the document may load is said by [`PageHtml::loads`].
///
/// It is called while somebody waits, and is not asynchronous: whatever it needs, it has at hand. If it fails or panics
/// the cause is logged, and the built-in page is shown.
///
/// ```
/// use admit::BoxError;
/// use admit::page::{Frame, Page, PageHtml, PageRenderer};
///
/// #[derive(Debug)]
/// struct Farewell;
///
/// impl PageRenderer for Farewell {
///     fn render(&self, frame: &Frame<'_>, page: &Page) -> Result<Option<PageHtml>, BoxError> {
///         // What is not ours is left to admit.
///         let Page::VerifyRequest(page) = page else { return Ok(None) };
///         // Texts are text: whatever writes HTML has to escape them.
///         let text = page.text.replace('&', "&amp;").replace('<', "&lt;");
///         Ok(Some(PageHtml::new(format!("<!DOCTYPE html><html lang=\"{}\"><title>…</title><p>{text}", frame.lang()))))
///     }
/// }
/// ```
pub trait PageRenderer: fmt::Debug + Send + Sync + 'static {
    /// Draws a page. `None` leaves it to admit.
    ///
    /// # Errors
    /// When it cannot. The built-in page is shown then, too.
    fn render(&self, frame: &Frame<'_>, page: &Page) -> Result<Option<PageHtml>, BoxError>;

    /// What is wrong with it, each with its remedy. [`build()`](crate::AuthBuilder::build) asks, and tells it with all the
    /// other problems; [`Page::samples`] are there to be tried.
    fn problems(&self) -> Vec<String> {
        Vec::new()
    }
}

/// A page as its renderer has drawn it. `{:?}` does not show the document, which has the CSRF token in it.
#[derive(Clone)]
#[must_use]
pub struct PageHtml {
    pub(super) html: String,
    pub(super) loads: Loads,
}

impl PageHtml {
    /// A whole document. It is sent as it is: that texts are escaped in it is for the renderer to see to.
    pub fn new(html: impl Into<String>) -> Self {
        Self { html: html.into(), loads: Loads::nothing() }
    }

    /// What the document may load.
    pub fn loads(mut self, loads: Loads) -> Self {
        self.loads = loads;
        self
    }
}

impl fmt::Debug for PageHtml {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageHtml").field("loads", &self.loads).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // CFG-007
    #[test]
    fn who_prints_a_drawn_page_prints_no_token() {
        let page = PageHtml::new("<input value=\"hush\">").loads(Loads::nothing().styles_from_self());
        let text = format!("{page:?}");
        assert!(text.contains("'self'") && !text.contains("hush"), "{text}");
    }
}
