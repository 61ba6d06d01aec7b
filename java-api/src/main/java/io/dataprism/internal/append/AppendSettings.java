package io.dataprism.internal.append;

/// What an appender is made with.
///
/// @param table the table as a statement writes it
/// @param maxRows how many rows are collected before they are inserted
/// @param maxBytes how much native memory they take before they are inserted
record AppendSettings(String table, long maxRows, long maxBytes) {}
