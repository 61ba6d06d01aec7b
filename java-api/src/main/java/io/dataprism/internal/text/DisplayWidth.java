package io.dataprism.internal.text;

import java.text.BreakIterator;
import java.util.Locale;

/// How many columns of a terminal a text takes.
///
/// Characters of East Asian scripts and emoji take two, whatever joins the character before it takes none. Terminals do
/// not agree on every emoji made of several characters; this follows the newer ones, which show one picture.
final class DisplayWidth {
  private static final int EMOJI_VARIATION = 0xFE0F;

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
    return Character.isEmojiPresentation(c)
        || Character.isIdeographic(c)
        || c >= 0x1100 && c <= 0x115F // first letters of Korean syllables
        || c >= 0x2E80 && c <= 0x303E // radicals, CJK punctuation
        || c >= 0x3041 && c <= 0x4DBF // kana, compatibility signs
        || c >= 0xA000 && c <= 0xA4CF // Yi
        || c >= 0xA960 && c <= 0xA97F // older Korean letters
        || c >= 0xAC00 && c <= 0xD7A3 // Korean syllables
        || c >= 0xFE30 && c <= 0xFE6F // vertical and small forms
        || c >= 0xFF01 && c <= 0xFF60 // full-width Latin
        || c >= 0xFFE0 && c <= 0xFFE6; // full-width signs
  }

  private static boolean isAscii(String text) {
    return text.chars().allMatch(c -> c < 0x80);
  }
}
