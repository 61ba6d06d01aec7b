package com.example.consumer;

import io.dataprism.Engine;
import io.dataprism.QueryResult;
import io.dataprism.RecordBatch;

/// Asks one question, as any user of the library would.
public final class Answer {
  private Answer() {}

  public static void main(String[] args) {
    try (Engine engine = Engine.open();
        QueryResult result = engine.query("SELECT 42 AS answer")) {
      for (RecordBatch batch : result) {
        System.out.println("answer=" + batch.int32("answer").get(0));
      }
    }
  }
}
