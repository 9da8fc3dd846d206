//! Pages from templates.

use admit::page::{Loads, PageRenderer as _, Templates};
use admit::{Auth, AuthBuilder, Client, OAuthProvider};
use base64::Engine as _;
use http::header::ACCEPT_LANGUAGE;

use super::{html, policy, with};
use crate::support::log::Heard;
use crate::support::{ORIGIN, SECRET, Site, location};

const LAYOUT: &str = r#"<!DOCTYPE html>
<html lang="{{ lang }}" dir="{{ dir }}">
<head><title>{{ title }} – Acme</title><link rel="stylesheet" href="/acme.css">{{ style }}</head>
<body><nav><a href="{{ home }}">{{ app }}</a></nav><main>{{ content }}</main></body>
</html>"#;

const SIGN_IN: &str = r#"<h1>{{ page.title }}</h1>
{% if page.notice %}<p role="alert">{{ page.notice.texts|join(" ") }}</p>{% endif %}
{% for way in page.ways %}<form method="post" action="{{ way.form.action }}">{{ way.form|hidden_fields }}
{% for input in way.inputs %}<label for="{{ input.id }}">{{ input.label }}</label><input id="{{ input.id }}" name="{{ input.name }}" type="{{ input.kind }}">{% endfor %}
<button>{{ way.form.label }}</button></form>{% endfor %}"#;

/// The text after that, up to a quotation mark, as a browser reads it.
fn after(html: &str, before: &str) -> String {
    let (_, rest) = html.split_once(before).unwrap_or_else(|| panic!("no {before} in {html}"));
    rest.split('"').next().unwrap().replace("&#x2f;", "/").replace("&amp;", "&")
}

#[tokio::test]
async fn a_layout_stands_around_every_page_and_its_stylesheet_is_let_in() {
    let site = with(Templates::new().layout(LAYOUT).loads(Loads::nothing().styles_from_self()));
    for path in super::PAGES {
        let page = site.browser().get(path).await;
        let html = html(&page);
        assert!(
            html.contains(r#"<nav><a href="https:&#x2f;&#x2f;app.example">app.example</a></nav><main><h1>"#),
            "{html}"
        );
        // The built-in stylesheet is admitted by its hash, where the layout wants it.
        let css = html.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, css.as_bytes());
        let hash = base64::engine::general_purpose::STANDARD.encode(digest);
        assert!(policy(&page).contains(&format!("style-src 'sha256-{hash}' 'self';")), "{}", policy(&page));
    }
}

// UIX-001
#[tokio::test]
async fn the_form_of_a_template_signs_in() {
    let site = with(Templates::new().layout(LAYOUT).page("sign_in", SIGN_IN));
    let mut browser = site.browser();
    let page = html(&browser.get("/api/auth/signin?callbackUrl=/inbox%3Fa%3D1%26b%3D2").await);
    let action = after(&page, r#"<form method="post" action=""#);
    let form = ["csrfToken", "callbackUrl"].map(|name| after(&page, &format!(r#"name="{name}" value=""#)));
    let form = [("csrfToken", form[0].as_str()), ("callbackUrl", form[1].as_str())];
    let address = location(&browser.post(action.strip_prefix(ORIGIN).unwrap(), &form).await);
    let callback = site.azure.authorize_as("norma", &address).await.unwrap().path_and_query();
    assert_eq!(location(&browser.get(&callback).await), format!("{ORIGIN}/inbox?a=1&b=2"));
}

#[tokio::test]
async fn a_page_without_a_layout_stands_in_the_built_in_document() {
    let site = with(Templates::new().page("verify_request", "<h1>{{ page.title }}</h1><p>By pigeon.</p>"));
    let page = html(&site.browser().get("/api/auth/verify-request").await);
    assert!(page.contains("<main><h1>Check your email</h1><p>By pigeon.</p></main>"), "{page}");
    let built_in = Site::new().browser().get("/api/auth/signout").await;
    assert!(
        html(&site.browser().get("/api/auth/signout").await)
            .starts_with(html(&built_in).split("<main>").next().unwrap())
    );
}

// ERR-008
#[tokio::test]
async fn names_stay_text_in_templates() {
    let site = Site::with(|builder: AuthBuilder| {
        let odd = OAuthProvider::oauth2("odd", "<b>x</b> \"&\" 'y'", Client::new("id", "secret"))
            .authorization_endpoint("https://odd.example/authorize")
            .token_endpoint("https://odd.example/token")
            .userinfo_endpoint("https://odd.example/me")
            .profile(|source| Ok(admit::Profile::new(source.id("id")?)));
        let templates = Templates::new()
            .layout(LAYOUT)
            .page("sign_in", SIGN_IN.replace("<button>", "<button title=\"{{ way.name }}\">"));
        builder.provider(odd).page_renderer(templates).danger_single_process_refresh()
    });
    let page = html(&site.browser().get("/api/auth/signin").await);
    assert!(!page.contains("<b>") && page.contains("Sign in with &lt;b&gt;x&lt;&#x2f;b&gt;"), "{page}");
    assert!(page.contains(r#"title="&lt;b&gt;x&lt;&#x2f;b&gt; &quot;&amp;&quot; &#x27;y&#x27;""#), "{page}");
}

// UIX-005
#[tokio::test]
async fn a_template_speaks_the_language_of_whoever_asks() {
    let site = with(Templates::new().layout(LAYOUT).page("sign_in", SIGN_IN));
    let mut browser = site.browser();
    browser.headers.insert(ACCEPT_LANGUAGE, "de-AT, en;q=0.5".parse().unwrap());
    let page = browser.get("/api/auth/signin").await;
    assert!(html(&page).contains(r#"<html lang="de" dir="ltr">"#) && html(&page).contains("<h1>Anmelden</h1>"));
}

#[tokio::test]
async fn a_template_that_fails_on_a_day_like_no_other_costs_nobody_their_page() {
    let heard = Heard::default();
    let _listening = heard.listen();
    // What `build()` tries is in English.
    let only_then = "{% if lang == 'de' %}{{ wrong }}{% endif %}<h1>Mine</h1>";
    let site = with(Templates::new().page("sign_in", only_then));
    let mut browser = site.browser();
    assert!(html(&browser.get("/api/auth/signin").await).contains("<main><h1>Mine</h1></main>"));
    browser.headers.insert(ACCEPT_LANGUAGE, "de".parse().unwrap());
    let page = html(&browser.get("/api/auth/signin").await);
    assert!(page.contains("<h1>Anmelden</h1>") && page.contains(r#"name="csrfToken""#), "{page}");
    assert!(heard.text().contains(r#"page="sign_in" cause="undefined value (in sign_in:1)""#), "{}", heard.text());
}

fn problems(templates: Templates) -> String {
    let provider = admit_providers::azure_devops(Client::new("app-id", "secret"));
    let builder = Auth::builder(ORIGIN).secret(SECRET).provider(provider).danger_single_process_refresh();
    builder.page_renderer(templates).build().unwrap_err().to_string()
}

#[test]
fn what_is_wrong_with_templates_is_told_by_build_all_at_once() {
    let wrong = Templates::new()
        .layout("<main>\n{% if %}</main>")
        .page("sign_in", "<h1>\n\n{{ page.title </h1>")
        .page("login", "")
        .partial("nav", "{% endfor %}");
    insta::assert_snapshot!(problems(wrong), @r#"
    admit cannot start, 4 problems:
    - templates: layout, line 2: syntax error: unexpected end of block, in `{% if %}</main>`
    - templates: sign_in, line 3: syntax error: unexpected `/`, in `{{ page.title </h1>`
    - templates: there is no page "login"; there are account, error, question, sign_in, sign_out, verify_request
    - templates: nav, line 1: syntax error: unknown statement endfor, in `{% endfor %}`
    "#);
    insta::assert_snapshot!(problems(Templates::new().layout("{{ title }}")), @r#"
    admit cannot start, 1 problem:
    - templates: layout shows no page; put {{ content }} into it
    "#);
}

#[test]
fn what_a_page_would_show_to_be_wrong_is_told_by_build() {
    let undefined = Templates::new()
        .layout("{{ titel }}{{ content }}")
        .page("sign_in", SIGN_IN.replace("page.ways", "page.providers"))
        .page("verify_request", "{% include 'nav' %}");
    insta::assert_snapshot!(problems(undefined), @r#"
    admit cannot start, 3 problems:
    - templates: sign_in, line 3: undefined value, in `{% for way in page.providers %}<form method="post" action="{`
    - templates: layout, line 1: undefined value, in `{{ titel }}{{ content }}`
    - templates: verify_request, line 1: template not found: tried to include non-existing template 'nav', in `{% include 'nav' %}`
    "#);
    let unsafe_ = Templates::new()
        .page("sign_in", SIGN_IN.replace("way.form.label", "way.form.label|safe"))
        .page("sign_out", "<form action=\"{{ page.form.action }}\"><button>{{ page.form.label }}</button></form>")
        .page("error", "{{ page|hidden_fields }}");
    insta::assert_snapshot!(problems(unsafe_), @r#"
    admit cannot start, 3 problems:
    - templates: sign_in writes a text without escaping it; take out `safe` or `autoescape`
    - templates: sign_out has a form that would be refused; put {{ form|hidden_fields }} into it
    - templates: error, line 1: invalid operation: hidden_fields is for a form, such as way.form, in `{{ page|hidden_fields }}`
    "#);
}

#[test]
fn the_templates_of_these_tests_are_in_order() {
    assert_eq!(Templates::new().layout(LAYOUT).page("sign_in", SIGN_IN).problems(), [""; 0]);
}
