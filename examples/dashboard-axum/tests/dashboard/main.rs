//! The dashboard on real sockets, with a browser that clicks.

#[cfg(test)]
mod browser;
#[cfg(test)]
mod journeys;
#[cfg(test)]
mod program;
#[cfg(test)]
mod support;
