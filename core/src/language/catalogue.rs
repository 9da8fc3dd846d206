//! The texts of the built-in pages in one language.

use std::collections::HashMap;

use maud::{Markup, PreEscaped, Render};

use super::Text;
use super::text::{self, parts};

/// The texts of the built-in pages in one language. `build()` finds what is wrong with it; what it leaves out is shown
/// in English.
///
/// A line is `key = text`; one that begins with `#` is a comment. The keys, and what stands in braces, are those of
/// [`Catalogue::english_texts`].
///
/// ```
/// use admit::Catalogue;
///
/// let dutch = Catalogue::new("nl", "sign_in.title = Aanmelden\nsign_in.with = Aanmelden met {provider}");
/// assert!(dutch.problems().is_empty());
///
/// let wrong = Catalogue::new("nl", "sign_in.with = Aanmelden");
/// assert_eq!(wrong.problems(), ["language nl: sign_in.with has to have {provider} in it, as the English text has"]);
/// ```
#[derive(Clone, Debug)]
pub struct Catalogue {
    tag: String,
    texts: HashMap<&'static str, Box<str>>,
    problems: Vec<String>,
}

impl Catalogue {
    /// The texts in the language of that tag (BCP 47), such as `nl` or `pt-BR`.
    pub fn new(tag: impl Into<String>, texts: &str) -> Self {
        let mut catalogue = Self { tag: tag.into(), texts: HashMap::new(), problems: Vec::new() };
        if !is_tag(&catalogue.tag) {
            catalogue.complain(format_args!("the tag is none; write one such as nl or pt-BR"));
        }
        let lines = texts.lines().map(str::trim).zip(1_usize..);
        for (line, number) in lines.filter(|(line, _)| !line.is_empty() && !line.starts_with('#')) {
            match line.split_once('=').map(|(key, text)| (key.trim(), text.trim())) {
                Some((key, text)) if !key.is_empty() && !text.is_empty() => catalogue.put(key, text),
                _ => catalogue.complain(format_args!("line {number} is no text; write key = text")),
            }
        }
        catalogue
    }

    /// Every text in English, in the form that [`new`](Self::new) reads: where a translation begins.
    pub fn english_texts() -> String {
        text::all().map(|Text { key, english }| format!("{key} = {english}\n")).collect()
    }

    /// The language's tag.
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// What is wrong with it, each with its remedy.
    pub fn problems(&self) -> &[String] {
        &self.problems
    }

    /// The keys of the texts it leaves out.
    pub fn missing(&self) -> impl Iterator<Item = &'static str> {
        text::all().map(|text| text.key).filter(|key| !self.texts.contains_key(key))
    }

    pub(super) fn english() -> Self {
        Self { tag: ENGLISH.to_owned(), texts: HashMap::new(), problems: Vec::new() }
    }

    /// Takes the texts of another for the same language.
    pub(super) fn take_over(&mut self, other: Self) {
        self.texts.extend(other.texts);
    }

    /// Whether it is written from right to left.
    pub(crate) fn is_right_to_left(&self) -> bool {
        let language = self.tag.split('-').next().unwrap_or_default();
        RIGHT_TO_LEFT.iter().any(|tag| tag.eq_ignore_ascii_case(language))
    }

    /// A text without names in it.
    pub(crate) fn text(&self, text: Text) -> &str {
        self.texts.get(text.key).map_or(text.english, |text| text)
    }

    /// A text with its names put in. Among words that run the other way each keeps its own direction.
    pub(crate) fn with(&self, text: Text, names: &[(&str, &str)]) -> String {
        let named = |name: &str| names.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        let [before, after] = if self.is_right_to_left() { ISOLATED } else { ["", ""] };
        let put_in = |name| [before, named(name).unwrap_or_default(), after];
        parts(self.text(text)).flat_map(|part| part.map_or_else(put_in, |text| [text, "", ""])).collect()
    }

    /// A text with elements put in; the text itself stays text.
    pub(crate) fn markup(&self, text: Text, elements: &[(&str, Markup)]) -> Markup {
        let mut html = String::new();
        for part in parts(self.text(text)) {
            match part {
                Ok(text) => text.render_to(&mut html),
                Err(name) => {
                    for (_, it) in elements.iter().filter(|(known, _)| *known == name) {
                        if self.is_right_to_left() {
                            maud::html! { bdi { (it) } }
                        } else {
                            it.clone()
                        }
                        .render_to(&mut html);
                    }
                }
            }
        }
        PreEscaped(html)
    }

    fn put(&mut self, key: &str, text: &str) {
        let Some(known) = text::all().find(|known| known.key == key) else {
            return self.complain(format_args!("there is no text {key}; see Catalogue::english_texts"));
        };
        let names = |text| {
            let mut names: Vec<_> = parts(text).filter_map(Result::err).map(str::to_owned).collect();
            names.sort_unstable();
            // A grammar may want one twice.
            names.dedup();
            names
        };
        let (wanted, found) = (names(known.english), names(text));
        match wanted.iter().find(|name| !found.contains(name)) {
            Some(name) => {
                self.complain(format_args!("{key} has to have {{{name}}} in it, as the English text has"));
            }
            None if wanted != found => {
                self.complain(format_args!("{key} has more in braces than the English text has"));
            }
            None => drop(self.texts.insert(known.key, text.into())),
        }
    }

    fn complain(&mut self, problem: std::fmt::Arguments<'_>) {
        self.problems.push(format!("language {}: {problem}", self.tag));
    }
}

/// Letters and digits in groups of at most eight, the first of two or three letters (RFC 5646 §2.1, as far as it
/// matters here).
fn is_tag(tag: &str) -> bool {
    let mut groups = tag.split('-');
    let is_language = |group: &str| (2..=3).contains(&group.len()) && group.bytes().all(|b| b.is_ascii_alphabetic());
    groups.next().is_some_and(is_language)
        && groups.all(|group| (1..=8).contains(&group.len()) && group.bytes().all(|b| b.is_ascii_alphanumeric()))
}

const ENGLISH: &str = "en";

/// Around a name in a plain text, whose direction is its own (Unicode's FIRST STRONG ISOLATE, and its end): it goes into
/// attributes and titles as well, where no element can stand.
const ISOLATED: [&str; 2] = ["\u{2068}", "\u{2069}"];

/// Languages that are written from right to left.
const RIGHT_TO_LEFT: [&str; 8] = ["ar", "ckb", "dv", "fa", "he", "ps", "ur", "yi"];

#[cfg(test)]
mod tests {
    use maud::html;

    use super::*;

    #[test]
    fn everything_that_is_wrong_is_told() {
        let wrong =
            Catalogue::new("english", "sign_in.titel = x\nsign_in.with = {provider} {code}\nfoo\nsign_in.title =");
        assert_eq!(
            wrong.problems(),
            [
                "language english: the tag is none; write one such as nl or pt-BR",
                "language english: there is no text sign_in.titel; see Catalogue::english_texts",
                "language english: sign_in.with has more in braces than the English text has",
                "language english: line 3 is no text; write key = text",
                "language english: line 4 is no text; write key = text",
            ]
        );
    }

    #[test]
    fn a_name_may_stand_where_and_as_often_as_the_grammar_wants() {
        let dutch = Catalogue::new("nl", "account.since_and_used = {used}, {since}, {used}");
        assert_eq!(dutch.problems(), [""; 0]);
        assert_eq!(dutch.with(text::ACCOUNT_SINCE_AND_USED, &[("since", "A"), ("used", "B")]), "B, A, B");
    }

    // ERR-008
    #[test]
    fn names_and_translations_stay_text() {
        let catalogue = Catalogue::new("nl", "sign_in.to_continue = <i>{app}");
        assert!(catalogue.problems().is_empty());
        let markup = catalogue.markup(text::SIGN_IN_TO_CONTINUE, &[("app", html! { b { "<u>" } })]);
        assert_eq!(markup.0, "&lt;i&gt;<b>&lt;u&gt;</b>");
        assert_eq!(catalogue.with(text::SIGN_IN_WITH, &[("provider", "{app}")]), "Sign in with {app}");
    }

    #[test]
    fn names_keep_their_direction_among_words_that_run_the_other_way() {
        let hebrew = Catalogue::new("he", "sign_in.with = {provider}\nsign_in.to_continue = {app}");
        assert_eq!(hebrew.with(text::SIGN_IN_WITH, &[("provider", "Acme (1)")]), "\u{2068}Acme (1)\u{2069}");
        let markup = hebrew.markup(text::SIGN_IN_TO_CONTINUE, &[("app", html! { b { "<u>" } })]);
        assert_eq!(markup.0, "<bdi><b>&lt;u&gt;</b></bdi>");
    }

    #[test]
    fn the_english_texts_are_a_whole_catalogue() {
        let catalogue = Catalogue::new("en", &Catalogue::english_texts());
        assert_eq!(catalogue.problems(), [""; 0]);
        assert_eq!(catalogue.missing().count(), 0);
    }

    #[test]
    fn the_direction_is_the_language_s() {
        for (tag, is_right_to_left) in [("ar", true), ("he-IL", true), ("de", false), ("arn", false)] {
            assert_eq!(Catalogue::new(tag, "").is_right_to_left(), is_right_to_left, "{tag}");
        }
    }
}
