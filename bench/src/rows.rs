//! What is held side by side: a route with admit, the same route without, and how far the two may be apart.

use crate::load::Body;
use crate::people::cookies;
use crate::server::{App, Framework};

/// One comparison. The bare route has the same path, unless admit brings the route.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// What a report calls it.
    pub name: &'static str,
    /// The application that is held against the bare one.
    pub app: App,
    /// The route there.
    pub path: &'static str,
    /// What that route answers.
    pub body: Body,
    /// The route of the bare application.
    pub bare: &'static str,
    /// What share of its CPU time the bare route is to take, at least.
    pub goal: f64,
    /// How many instructions are too many.
    pub limit: Limit,
}

/// A limit for the instructions of a request.
#[derive(Clone, Copy, Debug)]
pub enum Limit {
    /// So many.
    Total {
        /// On axum.
        axum: u64,
        /// On actix-web.
        actix: u64,
    },
    /// So many more than the bare route.
    OverBare(u64),
}

/// All of them.
pub const ROWS: [Row; 7] = [
    Row {
        name: "a route that never asks",
        app: App::Admit,
        path: "/public",
        body: Body::Fixed,
        bare: "/public",
        goal: 0.95,
        limit: Limit::OverBare(1_500),
    },
    Row { name: "`Session` as an argument, cookie opened before", path: "/me", ..AGAIN },
    Row { name: "behind `require_session()`, cookie opened before", path: "/guarded", ..AGAIN },
    Row { name: "`Session` as an argument, cookie not opened before", path: "/me", ..ANEW },
    Row { name: "behind `require_session()`, cookie not opened before", path: "/guarded", ..ANEW },
    Row { name: "`GET …/session`, cookie opened before", app: App::Admit, ..ENDPOINT },
    Row { name: "`GET …/session`, cookie not opened before", ..ENDPOINT },
];

impl Row {
    /// The `Cookie` headers of so many people, as they are sent to either side. To a page the session's cookie goes
    /// alone, as in the figures that the goals were set by.
    pub fn cookies(&self, people: usize) -> Vec<String> {
        cookies(people, self.body == Body::Session)
    }
}

impl Limit {
    /// In total, on that framework, where the bare route takes so many.
    pub fn total(self, framework: Framework, bare: u64) -> u64 {
        match (self, framework) {
            (Self::OverBare(more), _) => bare + more,
            (Self::Total { axum, .. }, Framework::Axum) => axum,
            (Self::Total { actix, .. }, Framework::Actix) => actix,
        }
    }
}

/// A route that needs a session, whose cookie has not been opened before.
const ANEW: Row = Row {
    name: "",
    app: App::Forgetful,
    path: "",
    body: Body::Own,
    bare: "/me",
    goal: 0.53,
    limit: Limit::Total { axum: 58_000, actix: 68_000 },
};

/// The same, with a cookie that has.
const AGAIN: Row = Row { app: App::Admit, goal: 0.78, limit: Limit::OverBare(5_000), ..ANEW };

/// Who is signed in, for a page's script: the session's cookie is sealed anew each time.
///
/// The figures behind the goals allow 95,000 and 112,000 instructions to a request with one cookie. These bring three,
/// as browsers do, and one of them is the CSRF token, whose hash is checked: that takes the difference.
const ENDPOINT: Row = Row {
    name: "",
    app: App::Forgetful,
    path: "/api/auth/session",
    body: Body::Session,
    bare: "/me",
    goal: 0.38,
    limit: Limit::Total { axum: 100_000, actix: 117_000 },
};
