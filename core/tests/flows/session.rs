//! `GET …/session` and `POST …/session`.

mod callbacks;
mod cookies;
mod lifetime;
mod standing;
mod wire;
