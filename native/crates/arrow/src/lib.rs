//! Arrow data that comes from outside of DuckDB: taken over through the Arrow C Data Interface, checked, and cut into
//! slices that several threads can read at once.
