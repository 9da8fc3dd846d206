//! How the built-in pages look.

use crate::page::color::Color;
use crate::page::logo::Logo;

/// The look of the built-in pages, in Auth.js's terms.
///
/// A mistake in it is found when `build()` runs.
///
/// ```
/// use admit::{ColorScheme, Theme};
///
/// let theme = Theme::default().name("Lighthouse").color_scheme(ColorScheme::Dark).brand_color("#0b6e4f");
/// assert!(theme.problems().is_empty());
///
/// let theme = Theme::default().brand_color("forest");
/// assert_eq!(theme.problems(), ["theme: brand_color `forest` is no colour the pages know; write #rgb or #rrggbb"]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Theme {
    /// What the application is called. Without it the pages call it by its host.
    pub name: Option<String>,
    /// Light, dark, or what the person's system prefers.
    pub color_scheme: ColorScheme,
    /// The picture above every page: a path on this origin, an https URL or `data:image/…`.
    pub logo: Option<String>,
    /// The colour of the main button, `#rgb` or `#rrggbb`.
    pub brand_color: Option<String>,
    /// The colour of the text on it. Without it: black or white, whichever reads better on the brand colour.
    pub button_text: Option<String>,
}

impl Theme {
    /// What the application is called. Without it the pages call it by its host, which stands below each all the same.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Light, dark, or what the person's system prefers.
    #[must_use]
    pub fn color_scheme(mut self, color_scheme: ColorScheme) -> Self {
        self.color_scheme = color_scheme;
        self
    }

    /// The picture above every page: a path on this origin, an https URL or `data:image/…`.
    #[must_use]
    pub fn logo(mut self, logo: impl Into<String>) -> Self {
        self.logo = Some(logo.into());
        self
    }

    /// The colour of the main button, `#rgb` or `#rrggbb`.
    #[must_use]
    pub fn brand_color(mut self, color: impl Into<String>) -> Self {
        self.brand_color = Some(color.into());
        self
    }

    /// The colour of the text on the main button, `#rgb` or `#rrggbb`.
    #[must_use]
    pub fn button_text(mut self, color: impl Into<String>) -> Self {
        self.button_text = Some(color.into());
        self
    }

    /// What is wrong with it, each with its remedy; nothing when it is fit for use.
    pub fn problems(&self) -> Vec<String> {
        let colors = [("brand_color", &self.brand_color), ("button_text", &self.button_text)];
        let mut problems: Vec<String> = colors
            .into_iter()
            .filter_map(|(name, color)| Some((name, color.as_deref().filter(|color| Color::parse(color).is_none())?)))
            .map(|(name, color)| format!("theme: {name} `{color}` is no colour the pages know; write #rgb or #rrggbb"))
            .collect();
        if self.name.as_deref().is_some_and(|name| name.trim().is_empty()) {
            problems.push("theme: name is empty; write what the application is called, or leave it out".to_owned());
        }
        if let Some(logo) = self.logo.as_deref().filter(|logo| Logo::parse(logo).is_none()) {
            problems.push(format!(
                "theme: logo `{logo}` is no picture the pages can show; \
                 give a path such as /logo.svg, an https URL or data:image/…"
            ));
        }
        problems
    }
}

/// Whether the pages are light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ColorScheme {
    /// What the person's system prefers.
    #[default]
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_problems_are_told_at_once() {
        let theme = Theme::default()
            .brand_color("red;}</style><script>")
            .button_text("rgb(0,0,0)")
            .logo("javascript:alert(1)")
            .name(" ");
        assert_eq!(
            theme.problems(),
            [
                "theme: brand_color `red;}</style><script>` is no colour the pages know; write #rgb or #rrggbb",
                "theme: button_text `rgb(0,0,0)` is no colour the pages know; write #rgb or #rrggbb",
                "theme: name is empty; write what the application is called, or leave it out",
                "theme: logo `javascript:alert(1)` is no picture the pages can show; \
                 give a path such as /logo.svg, an https URL or data:image/…",
            ]
        );
    }

    #[test]
    fn a_theme_without_settings_is_fit_for_use() {
        assert_eq!(Theme::default().problems(), [""; 0]);
    }
}
