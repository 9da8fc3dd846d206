//! Whole trips through `Auth::handle`, one file per action, against the pretend Azure DevOps in process.

mod callback;
mod configuration;
mod csrf;
mod exchange;
mod pages;
mod providers;
mod refresh;
mod secrecy;
mod session;
mod sign_in;
mod sign_out;
mod stores;
mod support;
