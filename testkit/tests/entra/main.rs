//! The pretend Entra ID, asked as an application and a browser ask.

// The attributes say what always holds here, so that clippy lets the helpers unwrap as it lets the tests.
#[cfg(test)]
mod app;
#[cfg(test)]
mod authorize;
#[cfg(test)]
mod client;
#[cfg(test)]
mod devops;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod graph;
#[cfg(test)]
mod id_token;
#[cfg(test)]
mod socket;
#[cfg(test)]
mod token;
