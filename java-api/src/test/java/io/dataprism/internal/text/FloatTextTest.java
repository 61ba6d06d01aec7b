package io.dataprism.internal.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FloatTextTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0.0",
    "-0.0, -0.0",
    "1, 1.0",
    "0.1, 0.1",
    "1e15, 1000000000000000.0",
    "1e16, 1e+16",
    "123456789012345678, 1.2345678901234568e+17",
    "0.0001, 0.0001",
    "0.00001, 1e-05",
    "2e23, 2e+23",
    "4.9e-324, 5e-324",
    "NaN, nan",
    "Infinity, inf",
    "-Infinity, -inf",
    "-1.5e300, -1.5e+300",
  })
  void doublesAreWrittenAsDuckDbWritesThem(double value, String text) {
    assertThat(FloatText.of(value)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "0.1, 0.1",
    "3.4028235e38, 3.4028235e+38",
    "1.4e-45, 1e-45",
    "16777216, 16777216.0",
    "283.046875, 283.046875"
  })
  void floatsAreWrittenAsDuckDbWritesThem(float value, String text) {
    assertThat(FloatText.of(value)).isEqualTo(text);
  }
}
