//! For a page of the application's own, in the place of a built-in one: what that would say.

use bytes::Bytes;
use http::Request;
use http::header::{ACCEPT_LANGUAGE, COOKIE};

use crate::action::own_page;
use crate::page::{AccountPage, ErrorPage, SignInPage, SignOutPage};
use crate::{AuthError, Current};

impl Current {
    /// What the sign-in page has to say to whoever makes this request, for one of the application's own: the ways to sign
    /// in as forms, and why somebody is here. `callbackUrl`, `error` and `code` are read from this request's query; admit
    /// puts them there when it sends a browser to [`Pages::sign_in`](crate::Pages::sign_in).
    ///
    /// ```
    /// async fn welcome(current: &admit::Current) -> String {
    ///     let page = current.sign_in_page().await;
    ///     let mut html = format!("<h1>{}</h1>", page.title);
    ///     for way in &page.ways {
    ///         html += &format!(r#"<form method="post" action="{}">"#, way.form.action);
    ///         for field in &way.form.hidden {
    ///             // Escape what you put into HTML; a template engine does.
    ///             let value = field.value.replace('&', "&amp;").replace('"', "&quot;");
    ///             html += &format!(r#"<input type="hidden" name="{}" value="{value}">"#, field.name);
    ///         }
    ///         html += &format!("<button>{}</button></form>", way.form.label);
    ///     }
    ///     html
    /// }
    /// ```
    pub async fn sign_in_page(&self) -> SignInPage {
        // In a box, as what most requests have no need of.
        Box::pin(own_page::sign_in(self.realm(), self.as_request(), self.csrf_token())).await
    }

    /// What the sign-out page has to say: whether to sign out, and the form that does.
    pub async fn sign_out_page(&self) -> SignOutPage {
        Box::pin(own_page::sign_out(self.realm(), self.as_request(), self.csrf_token())).await
    }

    /// What the error page has to say: what the `error` and `code` in this request's query mean, and what to do now.
    pub async fn error_page(&self) -> ErrorPage {
        Box::pin(own_page::error(self.realm(), self.as_request(), self.csrf_token())).await
    }

    /// What the page of an account has to say to whoever is signed in: how and where they are, and the forms that change
    /// it, which come back to [`Pages::account`](crate::Pages::account). Nothing, if nobody is.
    ///
    /// # Errors
    /// When it cannot be said: a store is down.
    pub async fn account_page(&self) -> Result<Option<AccountPage>, AuthError> {
        let Some(signed_in) = self.opened().await? else { return Ok(None) };
        let (session, live) = (signed_in.session(), signed_in.live().await);
        Box::pin(own_page::account(self.realm(), self.as_request(), self.csrf_token(), &live, &session)).await
    }

    /// The request, as far as a page looks at it.
    fn as_request(&self) -> Request<Bytes> {
        let head = &self.0.head;
        let mut request = Request::builder().uri(head.path());
        for cookies in head.cookies() {
            request = request.header(COOKIE, cookies.as_ref());
        }
        if let Some(languages) = head.accept_language() {
            request = request.header(ACCEPT_LANGUAGE, languages);
        }
        // It was a request before. If it were none now, a page without a query and cookies is one all the same.
        request.body(Bytes::new()).unwrap_or_default()
    }
}
