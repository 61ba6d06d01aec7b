package io.dataprism.internal.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DisplayWidthTest {
  @ParameterizedTest
  @CsvSource({
    "'', 0",
    "plain, 5",
    "naïve, 5",
    "e\u0301, 1",
    "東京, 4",
    "ｱｲｳ, 3",
    "ＡＢ, 4",
    "한국어, 6",
    "🦆, 2",
    "👩‍👩‍👧, 2",
    "👍🏽, 2",
    "🇩🇪, 2",
    "❤️, 2",
    "a\u200Bb, 2",
    "…, 1",
    "𠀀, 2",
  })
  void aTextIsAsWideAsATerminalShowsIt(String text, int width) {
    assertThat(DisplayWidth.of(text)).isEqualTo(width);
  }

  @ParameterizedTest
  @CsvSource({
    "abc, 2, ab",
    "abc, 3, abc",
    "東京, 3, 東",
    "東京, 1, ''",
    "a👩‍👩‍👧b, 2, a",
    "a👩‍👩‍👧b, 3, a👩‍👩‍👧",
    "e\u0301x, 1, e\u0301"
  })
  void aCutTextFitsAndHasWholeCharacters(String text, int width, String cut) {
    assertThat(DisplayWidth.cut(text, width)).isEqualTo(cut);
  }
}
