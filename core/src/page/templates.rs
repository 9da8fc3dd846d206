//! Pages from templates, by the feature `templates`: the application's frame around them, or its content in them.

use std::collections::BTreeSet;
use std::fmt;

use maud::PreEscaped;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, context};

use super::form::hidden_fields;
use super::logo::Logo;
use super::{Frame, Hidden, Loads, Page, PageHtml, PageRenderer, built_in, samples};
use crate::BoxError;

/// Pages from templates, in the language of Jinja: a [`PageRenderer`].
///
/// A layout is the document around every page. It writes `{{ content }}` where the page goes, and may use `{{ title }}`,
/// `{{ lang }}`, `{{ dir }}`, `{{ app }}`, `{{ host }}`, `{{ home }}`, `{{ auth_url }}`, `{{ logo }}`, `{{ color_scheme }}` and `{{ style }}`,
/// which is the built-in stylesheet in its element. A page's own template takes the place of its content; it has the same,
/// and the fields of the page's type as `page`: `{% for way in page.ways %}`. In each form it writes
/// `{{ way.form|hidden_fields }}`.
///
/// Texts are escaped, and a name that is not there is an error. `build()` draws every page once to find what is wrong.
/// Pages without a template are the built-in ones.
///
/// ```
/// use admit::page::{Loads, Templates};
///
/// let templates = Templates::new()
///     .layout(
///         r#"<!DOCTYPE html>
///         <html lang="{{ lang }}" dir="{{ dir }}">
///         <title>{{ title }} – Acme</title>
///         <link rel="stylesheet" href="/acme.css">
///         <nav><a href="/">Acme</a></nav>
///         <main>{{ content }}</main>
///         </html>"#,
///     )
///     .loads(Loads::nothing().styles_from_self());
/// # use admit::page::PageRenderer;
/// # assert!(templates.problems().is_empty());
///
/// let wrong = Templates::new().layout("<main>{{ content }}</main>\n{{ titel }}");
/// assert_eq!(wrong.problems(), ["templates: layout, line 2: undefined value, in `{{ titel }}`"]);
/// ```
#[derive(Clone)]
#[must_use]
pub struct Templates {
    environment: Environment<'static>,
    has_layout: bool,
    pages: BTreeSet<String>,
    loads: Loads,
    /// What was wrong with those that were added.
    problems: Vec<String>,
}

impl Templates {
    /// None yet.
    pub fn new() -> Self {
        let mut environment = Environment::new();
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.add_filter("hidden_fields", hidden_fields_of);
        let (pages, loads) = (BTreeSet::new(), Loads::nothing());
        Self { environment, has_layout: false, pages, loads, problems: Vec::new() }
    }

    /// The document around every page.
    pub fn layout(mut self, source: impl Into<String>) -> Self {
        self.has_layout = true;
        self.add(LAYOUT.to_owned(), &source.into());
        let layout = self.environment.get_template(LAYOUT);
        if layout.is_ok_and(|layout| !layout.undeclared_variables(false).contains("content")) {
            self.problems.push("templates: layout shows no page; put {{ content }} into it".to_owned());
        }
        self
    }

    /// The content of one page, heading and all, by its [`kind`](Page::kind). Without a layout it stands in the built-in
    /// document.
    pub fn page(mut self, kind: impl Into<String>, source: impl Into<String>) -> Self {
        let kind = kind.into();
        let kinds: BTreeSet<_> = samples::pages().iter().map(Page::kind).collect();
        if !kinds.contains(kind.as_str()) {
            let kinds = Vec::from_iter(kinds).join(", ");
            self.problems.push(format!("templates: there is no page {kind:?}; there are {kinds}"));
            return self;
        }
        self.pages.insert(kind.clone());
        self.add(kind, &source.into());
        self
    }

    /// What others include or import by that name: `{% include "nav" %}`.
    pub fn partial(mut self, name: impl Into<String>, source: impl Into<String>) -> Self {
        self.add(name.into(), &source.into());
        self
    }

    /// What the pages may load.
    pub fn loads(mut self, loads: Loads) -> Self {
        self.loads = loads;
        self
    }

    fn add(&mut self, name: String, source: &str) {
        if let Err(error) = self.environment.add_template_owned(name, source.to_owned()) {
            self.problems.push(problem(&error, Some(source)));
        }
    }

    fn draw(&self, frame: &Frame<'_>, page: &Page) -> Result<Option<String>, Error> {
        let is_own = self.pages.contains(page.kind());
        if !is_own && !self.has_layout {
            return Ok(None);
        }
        let facts = facts(frame, page);
        let content = match is_own {
            true => self.environment.get_template(page.kind())?.render(facts.clone())?,
            false => page.content(frame),
        };
        if !self.has_layout {
            let css = frame.stylesheet();
            return Ok(Some(built_in::document(frame, page, &PreEscaped(content), &css)));
        }
        let facts = context! { content => Value::from_safe_string(content), ..facts };
        self.environment.get_template(LAYOUT)?.render(facts).map(Some)
    }

    /// What drawing a page shows to be wrong.
    fn trial(&self, page: &Page) -> Option<String> {
        let html = match self.draw(&samples::frame(), page) {
            Ok(html) => html?,
            Err(error) => {
                let template = error.name().and_then(|name| self.environment.get_template(name).ok());
                return Some(problem(&error, template.as_ref().map(|template| template.source())));
            }
        };
        let name = if self.pages.contains(page.kind()) { page.kind() } else { LAYOUT };
        let count = |what: &str| html.matches(what).count();
        if count(samples::ODD) > 0 {
            return Some(format!(
                "templates: {name} writes a text without escaping it; take out `safe` or `autoescape`"
            ));
        }
        if count(samples::TOKEN) < count(samples::FORM) {
            return Some(format!(
                "templates: {name} has a form that would be refused; put {{{{ form|hidden_fields }}}} into it"
            ));
        }
        None
    }
}

impl Default for Templates {
    fn default() -> Self {
        Self::new()
    }
}

impl PageRenderer for Templates {
    fn render(&self, frame: &Frame<'_>, page: &Page) -> Result<Option<PageHtml>, BoxError> {
        Ok(self.draw(frame, page)?.map(|html| PageHtml::new(html).loads(self.loads.clone())))
    }

    fn problems(&self) -> Vec<String> {
        let mut problems = self.problems.clone();
        if problems.is_empty() {
            for problem in samples::pages().iter().filter_map(|page| self.trial(page)) {
                // One mistake shows on many pages.
                if !problems.contains(&problem) {
                    problems.push(problem);
                }
            }
        }
        problems
    }
}

impl fmt::Debug for Templates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { has_layout, pages, loads, .. } = self;
        f.debug_struct("Templates")
            .field("has_layout", has_layout)
            .field("pages", pages)
            .field("loads", loads)
            .finish_non_exhaustive()
    }
}

/// What every template may use.
fn facts(frame: &Frame<'_>, page: &Page) -> Value {
    context! {
        page => Value::from(Serde(page)),
        title => page.title(),
        lang => frame.lang(),
        dir => frame.dir(),
        app => frame.app(),
        host => frame.host(),
        home => frame.home(),
        auth_url => frame.auth_url(),
        logo => frame.theme().logo.as_deref().filter(|logo| Logo::parse(logo).is_some()),
        color_scheme => built_in::color_scheme(frame.theme().color_scheme),
        // As a whole: with a space more in the element the policy would not admit it.
        style => Value::from_safe_string(format!("<style>{}</style>", frame.stylesheet())),
    }
}

/// `{{ form|hidden_fields }}`: the inputs that nobody sees, without which a form is refused.
fn hidden_fields_of(form: &Value) -> Result<Value, Error> {
    let text = |field: &Value, name| Ok::<_, Error>(field.get_attr(name)?.as_str().unwrap_or_default().to_owned());
    let hidden = form.get_attr("hidden")?;
    if hidden.is_undefined() {
        return Err(Error::new(ErrorKind::InvalidOperation, "hidden_fields is for a form, such as way.form"));
    }
    let fields =
        hidden.try_iter()?.map(|field| Ok(Hidden { name: text(&field, "name")?, value: text(&field, "value")? }));
    let fields: Vec<_> = fields.collect::<Result<_, Error>>()?;
    Ok(Value::from_safe_string(hidden_fields(&fields).into_string()))
}

/// What is wrong, where, and what stands there.
fn problem(error: &Error, source: Option<&str>) -> String {
    let place = error.name().zip(error.line()).map(|(name, line)| format!(" {name}, line {line}:"));
    let what = error.detail().map_or_else(|| error.kind().to_string(), |detail| format!("{}: {detail}", error.kind()));
    let line = source.zip(error.line()).and_then(|(source, line)| source.lines().nth(line - 1)).unwrap_or_default();
    let line: String = line.trim().chars().take(MOST_OF_A_LINE).collect();
    let there = if line.is_empty() { line } else { format!(", in `{line}`") };
    format!("templates:{} {what}{there}", place.unwrap_or_default())
}

const LAYOUT: &str = "layout";
/// In characters, as much as a problem tells of it.
const MOST_OF_A_LINE: usize = 60;
