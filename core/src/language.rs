//! The languages of the built-in pages: which there are, and which one a browser's `Accept-Language` asks for.

mod accept;
mod catalogue;
pub(crate) mod text;

use http::header::ACCEPT_LANGUAGE;
use http::{HeaderMap, HeaderValue};

pub use catalogue::Catalogue;
pub(crate) use text::Text;

/// The languages of a site's pages.
#[derive(Debug)]
pub(crate) struct Languages {
    /// For whoever asks for none of them.
    first: Catalogue,
    others: Vec<Catalogue>,
}

impl Languages {
    /// English and the languages that come with admit. One that the application gives takes the place of the one of its
    /// tag, text by text.
    pub(crate) fn new(given: Vec<Catalogue>) -> Self {
        let mut languages = Self { first: Catalogue::english(), others: Vec::new() };
        for catalogue in BUILT_IN.iter().map(|(tag, texts)| Catalogue::new(*tag, texts)).chain(given) {
            let is_it = |known: &Catalogue| known.tag().eq_ignore_ascii_case(catalogue.tag());
            if is_it(&languages.first) {
                languages.first.take_over(catalogue);
            } else if let Some(known) = languages.others.iter_mut().find(|known| is_it(known)) {
                known.take_over(catalogue);
            } else {
                languages.others.push(catalogue);
            }
        }
        languages
    }

    /// Puts the one of that tag first.
    ///
    /// # Errors
    /// Where there is none, with the remedy.
    pub(crate) fn put_first(&mut self, tag: &str) -> Result<(), String> {
        let is_it = |known: &Catalogue| known.tag().eq_ignore_ascii_case(tag);
        if is_it(&self.first) {
            return Ok(());
        }
        let Some(known) = self.others.iter_mut().find(|known| is_it(known)) else {
            let tags: Vec<_> = [&self.first].into_iter().chain(&self.others).map(Catalogue::tag).collect();
            let tags = tags.join(", ");
            return Err(format!("default_language is {tag:?}, which is none of {tags}; give its catalogue as well"));
        };
        std::mem::swap(&mut self.first, known);
        Ok(())
    }

    /// The one for a request with that `Accept-Language`.
    pub(crate) fn choose(&self, accept_language: Option<&[u8]>) -> &Catalogue {
        let mut all = [&self.first].into_iter().chain(&self.others);
        let place = accept_language.and_then(|wanted| accept::choose(wanted, &all.clone().map(Catalogue::tag)));
        place.and_then(|place| all.nth(place)).unwrap_or(&self.first)
    }

    /// The one for a request with those headers.
    pub(crate) fn for_headers(&self, headers: &HeaderMap) -> &Catalogue {
        self.choose(headers.get(ACCEPT_LANGUAGE).map(HeaderValue::as_bytes))
    }
}

/// The languages beside English, by their tags.
const BUILT_IN: [(&str, &str); 5] = [
    ("ar", include_str!("language/ar.txt")),
    ("de", include_str!("language/de.txt")),
    ("es", include_str!("language/es.txt")),
    ("fr", include_str!("language/fr.txt")),
    ("ja", include_str!("language/ja.txt")),
];

#[cfg(test)]
mod tests {
    use super::*;

    // A text that is forgotten, misspelt, or has lost its name in translation is found here.
    #[test]
    fn the_languages_that_come_with_admit_are_whole() {
        for (tag, texts) in BUILT_IN {
            let catalogue = Catalogue::new(tag, texts);
            assert_eq!(catalogue.problems(), [""; 0], "{tag}");
            assert_eq!(catalogue.missing().collect::<Vec<_>>(), [""; 0], "{tag}");
        }
    }

    // UIX-005
    #[test]
    fn whoever_asks_for_none_of_them_gets_english() {
        let languages = Languages::new(Vec::new());
        for (wanted, tag) in [(None, "en"), (Some("de-AT,en;q=0.5"), "de"), (Some("tlh"), "en"), (Some("\u{1}"), "en")]
        {
            assert_eq!(languages.choose(wanted.map(str::as_bytes)).tag(), tag, "{wanted:?}");
        }
    }

    #[test]
    fn a_site_says_which_language_is_for_the_others() {
        let mut languages = Languages::new(Vec::new());
        assert_eq!(languages.put_first("DE"), Ok(()));
        for (wanted, tag) in [(None, "de"), (Some("tlh"), "de"), (Some("*"), "de"), (Some("en-GB"), "en")] {
            assert_eq!(languages.choose(wanted.map(str::as_bytes)).tag(), tag, "{wanted:?}");
        }
        assert_eq!(
            languages.put_first("tlh").unwrap_err(),
            "default_language is \"tlh\", which is none of de, ar, en, es, fr, ja; give its catalogue as well"
        );
    }

    #[test]
    fn an_application_changes_single_texts_and_adds_languages() {
        let own = vec![Catalogue::new("en", "sign_in.title = Come in"), Catalogue::new("tlh", "sign_in.title = yI'el")];
        let languages = Languages::new(own);
        let title = |wanted: &str| languages.choose(Some(wanted.as_bytes())).text(text::SIGN_IN_TITLE).to_owned();
        assert_eq!((title("en"), title("tlh"), title("de")), ("Come in".into(), "yI'el".into(), "Anmelden".into()));
        // What it leaves out is English.
        assert_eq!(languages.choose(Some(b"tlh")).text(text::SIGN_OUT_TITLE), "Sign out");
    }
}
