package io.dataprism.internal.text;

import java.text.BreakIterator;
import java.util.Locale;

/// How many columns of a terminal a text takes.
///
/// Characters of East Asian scripts and emoji take two, whatever joins the character before it takes none. Terminals do
/// not agree on every emoji made of several characters; this follows the newer ones, which show one picture.
final class DisplayWidth {
  private static final int EMOJI_VARIATION = 0xFE0F;

  /// What takes two columns besides ideographs and emoji.
  private static final int[][] WIDE = {
    {0x1100, 0x115F}, // first letters of Korean syllables
    {0x2E80, 0x303E}, // radicals, CJK punctuation
    {0x3041, 0x4DBF}, // kana, compatibility signs
    {0xA000, 0xA4CF}, // Yi
    {0xA960, 0xA97F}, // older Korean letters
    {0xAC00, 0xD7A3}, // Korean syllables
    {0xFE30, 0xFE6F}, // vertical and small forms
    {0xFF01, 0xFF60}, // full-width Latin
    {0xFFE0, 0xFFE6}, // full-width signs
  };

  private DisplayWidth() {}

  static int of(String text) {
    if (isAscii(text)) {
      return text.length();
    }
    int width = 0;
    BreakIterator characters = characters(text);
    int start = characters.first();
    for (int end = characters.next(); end != BreakIterator.DONE; start = end, end = characters.next()) {
      width += ofCharacter(text, start, end);
    }
    return width;
  }

  /// The beginning of a text that fits into a width.
  static String cut(String text, int width) {
    BreakIterator characters = characters(text);
    int taken = 0;
    int start = characters.first();
    for (int end = characters.next(); end != BreakIterator.DONE; start = end, end = characters.next()) {
      taken += ofCharacter(text, start, end);
      if (taken > width) {
        return text.substring(0, start);
      }
    }
    return text;
  }

  private static BreakIterator characters(String text) {
    BreakIterator characters = BreakIterator.getCharacterInstance(Locale.ROOT);
    characters.setText(text);
    return characters;
  }

  /// The width of what people see as one character.
  private static int ofCharacter(String text, int start, int end) {
    int first = text.codePointAt(start);
    boolean emoji = Character.isEmoji(first) && text.substring(start, end).indexOf(EMOJI_VARIATION) >= 0;
    if (emoji || isWide(first)) {
      return 2;
    }
    return switch (Character.getType(first)) {
      case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.FORMAT -> 0;
      default -> 1;
    };
  }

  private static boolean isWide(int c) {
    if (Character.isEmojiPresentation(c) || Character.isIdeographic(c)) {
      return true;
    }
    for (int[] range : WIDE) {
      if (c >= range[0] && c <= range[1]) {
        return true;
      }
    }
    return false;
  }

  private static boolean isAscii(String text) {
    return text.chars().allMatch(c -> c < 0x80);
  }
}
