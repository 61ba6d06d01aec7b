package io.dataprism.export;

import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.InvalidInputException;
import java.util.Objects;

/// Values as text, separated by a delimiter, in UTF-8.
///
/// @param delimiter stands between two values of a row
/// @param quote stands around a value that holds a delimiter, a quote or a line break; a quote in it is doubled
/// @param header whether the first line has the names of the columns
/// @param nullText what stands for NULL; a value that reads the same is put in quotes
/// @param compression how the file is compressed
public record CsvFormat(char delimiter, char quote, boolean header, String nullText, TextCompression compression)
    implements FileFormat {
  /// Checks the options.
  ///
  /// @throws InvalidInputException if delimiter and quote are the same, or one of them is no ASCII character or a line
  ///   break
  public CsvFormat {
    Objects.requireNonNull(nullText, "nullText");
    Objects.requireNonNull(compression, "compression");
    requireSeparator("delimiter", delimiter);
    requireSeparator("quote", quote);
    if (delimiter == quote) {
      throw invalid("delimiter and quote of CSV are both '" + quote + "'", "give two that differ");
    }
  }

  private static void requireSeparator(String what, char character) {
    if (character == 0 || character == '\n' || character == '\r' || character > 127) {
      throw invalid(
          String.format("the %s of CSV is the character U+%04X", what, (int) character),
          "give an ASCII character that is no line break");
    }
  }

  private static InvalidInputException invalid(String message, String hint) {
    return new InvalidInputException(Details.of(ErrorCode.INVALID_INPUT, message, hint));
  }

  /// The same with another delimiter, such as `\t`.
  public CsvFormat delimiter(char other) {
    return new CsvFormat(other, quote, header, nullText, compression);
  }

  /// The same with another quote.
  public CsvFormat quote(char other) {
    return new CsvFormat(delimiter, other, header, nullText, compression);
  }

  /// The same with the names of the columns in the first line, or without.
  public CsvFormat header(boolean wanted) {
    return new CsvFormat(delimiter, quote, wanted, nullText, compression);
  }

  /// The same with another text for NULL.
  public CsvFormat nullText(String other) {
    return new CsvFormat(delimiter, quote, header, other, compression);
  }

  /// The same with another compression.
  public CsvFormat compression(TextCompression other) {
    return new CsvFormat(delimiter, quote, header, nullText, other);
  }
}
