//! Many KPIs at once, sliced by keys and periods.
