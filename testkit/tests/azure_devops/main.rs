//! The pretend Azure DevOps, asked as an application and a browser ask.

// The attributes say what always holds here, so that clippy lets the helpers unwrap as it lets the tests.
#[cfg(test)]
mod app;
#[cfg(test)]
mod authorize;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod identity;
#[cfg(test)]
mod rest;
#[cfg(test)]
mod socket;
#[cfg(test)]
mod token;
