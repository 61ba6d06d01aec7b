package io.dataprism.benchmarks.tpch;

import static org.assertj.core.api.Assertions.assertThat;

import io.dataprism.LiveHandles;
import io.dataprism.benchmarks.data.TpchTables;
import io.dataprism.benchmarks.fetch.Sums;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AnswerReaderTest {
  private static final double SCALE = 0.01;

  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  @Test
  void bothSidesReadTheSameAnswers(@TempDir Path directory) throws IOException, SQLException {
    Path database = TpchTables.ensure(directory, SCALE);
    List<Sums> ours;
    try (AnswerReader reader = new DataPrismAnswerReader(database)) {
      ours = readAll(reader);
    }
    // One after the other: two libraries must not have one file open in one process at once.
    List<Sums> theirs;
    try (AnswerReader reader = new JdbcAnswerReader(database)) {
      theirs = readAll(reader);
    }

    assertThat(ours).hasSize(TpchAnswers.ALL.size());
    for (int i = 0; i < ours.size(); i++) {
      assertThat(theirs.get(i).agreesWith(ours.get(i)))
          .as("query %d: %s and %s", i + 1, ours.get(i), theirs.get(i))
          .isTrue();
    }
    assertThat(ours)
        .extracting(Sums::rows)
        .containsExactly(
            4L, 4L, 10L, 5L, 5L, 1L, 4L, 2L, 173L, 20L, 359L, 2L, 33L, 1L, 1L, 296L, 1L, 2L, 1L, 1L, 1L, 7L);
  }

  @Test
  void anAnswerDependsOnTheOrderOfItsRowsAndColumns() {
    Answer answer = answer(1, 2, 3, 4);

    assertThat(answer(1, 2, 3, 4).sums()).isEqualTo(answer.sums());
    assertThat(answer(3, 4, 1, 2).sums()).isNotEqualTo(answer.sums());
    assertThat(answer(2, 1, 3, 4).sums()).isNotEqualTo(answer.sums());
  }

  private static Answer answer(long... values) {
    Answer answer = new Answer();
    for (int i = 0; i < values.length; i += 2) {
      answer.nextRow();
      answer.add(values[i]);
      answer.add(values[i + 1]);
    }
    return answer;
  }

  private static List<Sums> readAll(AnswerReader reader) throws SQLException {
    List<Sums> answers = new ArrayList<>();
    for (String query : TpchQueries.all()) {
      answers.add(reader.read(query));
    }
    return answers;
  }
}
