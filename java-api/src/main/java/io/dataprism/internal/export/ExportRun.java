package io.dataprism.internal.export;

import io.dataprism.bindings.IpcEncoder;
import io.dataprism.bindings.ResultHandle;
import io.dataprism.error.DataPrismException;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.IoException;
import io.dataprism.export.ArrowFormat;
import io.dataprism.export.ExportFormat;
import io.dataprism.export.ExportReport;
import io.dataprism.export.ExportTarget;
import io.dataprism.export.FileFormat;
import io.dataprism.internal.execution.ActiveQuery;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// One run of a query whose rows leave the engine. Used by one thread.
public final class ExportRun {
  /// The query.
  public interface Source {
    /// Starts the query for its rows.
    ResultHandle start();

    /// Has DuckDB write the rows to a file.
    ///
    /// @param destination what a COPY has behind its TO
    /// @return how many rows it has written
    long copy(String destination);

    /// The folder for what has to be on the disk for a while.
    Path temporaryFolder();
  }

  private record Written(long rows, long bytes) {}

  private final ActiveQuery query;
  private final Source source;
  private @Nullable ResultHandle result;

  private ExportRun(ActiveQuery query, Source source) {
    this.query = query;
    this.source = source;
  }

  /// Runs a query that has begun, and ends it.
  ///
  /// @throws IoException if the target cannot be written
  public static ExportReport run(ActiveQuery query, Source source, ExportFormat format, ExportTarget target) {
    ExportRun run = new ExportRun(query, source);
    Written written;
    try {
      written = run.write(format, target);
    } catch (DataPrismException e) {
      query.fail(e.code());
      throw e;
    } catch (RuntimeException | Error e) {
      // What a stream of the caller's throws stops the query.
      query.fail(ErrorCode.INTERRUPTED);
      throw e;
    } finally {
      run.end();
    }
    return new ExportReport(written.rows(), written.bytes(), query.metrics().total());
  }

  private void end() {
    ResultHandle given = result;
    if (given == null) {
      query.end();
    } else {
      query.end(given);
    }
  }

  private Written write(ExportFormat format, ExportTarget target) {
    return switch (target) {
      case ExportTarget.File file -> writeFile(format, file);
      case ExportTarget.Stream stream -> writeBytes(format, ByteSink.of(stream.stream()));
      case ExportTarget.Channel channel -> writeBytes(format, ByteSink.of(channel.channel()));
    };
  }

  private Written writeFile(ExportFormat format, ExportTarget.File target) {
    try (NewFile file = new NewFile(target.path(), target.isReplaced())) {
      file.requirePlace();
      Written written = write(format, file);
      // Within a call, so that a query that has been stopped leaves nothing.
      return query.run(() -> {
        file.publish();
        return written;
      });
    }
  }

  private Written write(ExportFormat format, NewFile file) {
    return switch (format) {
      case ArrowFormat arrow -> {
        try (ByteSink sink = ByteSink.of(file)) {
          yield encode(arrow, sink);
        }
      }
      case FileFormat copied -> {
        long rows = copy(copied, file.partial());
        try {
          yield new Written(rows, Files.size(file.partial()));
        } catch (IOException e) {
          throw file.cannotWrite(e);
        }
      }
    };
  }

  private Written writeBytes(ExportFormat format, ByteSink sink) {
    return switch (format) {
      case ArrowFormat arrow -> encode(arrow, sink);
      case FileFormat copied -> {
        try (TemporaryFile file = TemporaryFile.in(source.temporaryFolder())) {
          long rows = copy(copied, file.path());
          file.copyTo(sink);
          sink.flush();
          yield new Written(rows, sink.written());
        }
      }
    };
  }

  private long copy(FileFormat format, Path file) {
    long rows = query.run(() -> source.copy(CopyDestination.of(file, format)));
    query.addRows(rows);
    return rows;
  }

  private Written encode(ArrowFormat format, ByteSink sink) {
    ResultHandle rows = source.start();
    result = rows;
    long count = 0;
    try (IpcEncoder encoder = IpcEncoder.open(rows, layout(format), compression(format))) {
      while (true) {
        IpcEncoder.Part part = query.run(encoder::next);
        sink.write(part.bytes());
        if (part.isLast()) {
          break;
        }
        query.addBatch(part.rows(), part.batchBytes());
        count += part.rows();
      }
    }
    sink.flush();
    return new Written(count, sink.written());
  }

  private static IpcEncoder.Format layout(ArrowFormat format) {
    return switch (format.layout()) {
      case FILE -> IpcEncoder.Format.FILE;
      case STREAM -> IpcEncoder.Format.STREAM;
    };
  }

  private static IpcEncoder.Compression compression(ArrowFormat format) {
    return switch (format.compression()) {
      case NONE -> IpcEncoder.Compression.NONE;
      case LZ4 -> IpcEncoder.Compression.LZ4;
      case ZSTD -> IpcEncoder.Compression.ZSTD;
    };
  }
}
