//! An HTTP service that follows SLA targets live and reports KPIs.
//!
//! Arguments: the configuration, and a fixed time in place of the clock, for demonstrations and tests. Both have defaults.
//!
//! - [`rules`]: the configuration, and the replay made from it.
//! - [`store`]: the log of tickets and events in SQLite, and snapshots.
//! - [`live`]: the open tickets, which follow the log.
//! - [`kpis`]: KPIs of one week, from the rows of the log that they need.
//! - [`http`]: the endpoints; [`error`]: why a request fails.

mod error;
mod http;
mod kpis;
mod live;
mod rules;
mod store;

use std::error::Error;
use std::path::Path;

use tokio::net::TcpListener;
use tokio::signal;

use http::Service;
use rules::Rules;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().unwrap_or_else(|| "examples/service/service.toml".to_owned());
    let now = arguments.next().map(|now| now.parse()).transpose()?;
    let rules = Rules::read(Path::new(&path), now).map_err(|error| format!("{path}: {error}"))?;
    let listener = TcpListener::bind(&rules.listen)
        .await
        .map_err(|error| format!("{path}: listen = \"{}\": {error}", rules.listen))?;
    let service = Service::open(rules)?;
    eprintln!("listening on http://{}", listener.local_addr()?);
    tokio::spawn(http::warn(service.clone()));
    axum::serve(listener, http::routes(service.clone())).with_graceful_shutdown(stop()).await?;
    service.save()?;
    Ok(())
}

/// Ends when the process is to stop. A process that is killed loses nothing either.
async fn stop() {
    let interrupt = async {
        // Without a handler, the signal ends the process.
        let _ = signal::ctrl_c().await;
    };
    #[cfg(unix)]
    let terminate = async {
        if let Ok(mut terminate) = signal::unix::signal(signal::unix::SignalKind::terminate()) {
            terminate.recv().await;
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}
