//! `GET …/session` and `POST …/session`.

mod callbacks;
mod cookies;
mod interop;
mod lifetime;
mod memory;
mod secrets;
mod standing;
mod stored;
mod wire;
