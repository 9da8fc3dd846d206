//! Evidence of accounts, captured from the pretend Azure DevOps.

mod faults;
mod kinds;
mod resumed;
mod site;
mod throttled;
mod wire;
