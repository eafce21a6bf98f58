/* Output of containers into log files: line by line with time and stream, rotated by size. */
#include "runtime/process/shim/shim.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

int shim_log_open(shim_log *log)
{
	log->fd = -1;
	if (!log->path || !*log->path)
		return 0;
	/*
	 * No link is followed, and nothing but a file will do: writing to a pipe could block the shim.
	 */
	log->fd =
	    open(log->path,
	         O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0640);
	if (log->fd < 0)
		return -1;
	struct stat status;
	if (fstat(log->fd, &status) < 0 || !S_ISREG(status.st_mode)) {
		shim_log_close(log);
		errno = EINVAL;
		return -1;
	}
	log->size = status.st_size;
	return 0;
}

void shim_log_close(shim_log *log)
{
	if (log->fd >= 0)
		close(log->fd);
	log->fd = -1;
}

/* FILE → FILE.1 → FILE.2 …; the oldest goes. */
static void rotate(shim_log *log)
{
	char from[PATH_MAX];
	char to[PATH_MAX];
	for (int i = log->max_files - 1; i >= 1; i--) {
		int length = snprintf(to, sizeof(to), "%s.%d", log->path, i);
		if (i == 1)
			snprintf(from, sizeof(from), "%s", log->path);
		else
			snprintf(from, sizeof(from), "%s.%d", log->path, i - 1);
		if (length < (int)sizeof(to))
			rename(from, to);
	}
	close(log->fd);
	log->fd =
	    open(log->path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0640);
	log->size = 0;
}

static void write_line(shim_log *log, const char *stream, const char *line, size_t length,
                       int is_partial)
{
	if (log->fd < 0)
		return;
	char head[64];
	struct timespec now;
	struct tm utc;
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	size_t head_length = strftime(head, sizeof(head), "%Y-%m-%dT%H:%M:%S", &utc);
	head_length += (size_t)snprintf(head + head_length, sizeof(head) - head_length,
	                                ".%09ldZ %s %c ", now.tv_nsec, stream, is_partial ? 'P' : 'F');
	if (log->size + (int64_t)(head_length + length + 1) > log->max_bytes && log->size > 0)
		rotate(log);
	char whole[sizeof(head) + sizeof(((shim_stream *)0)->line) + 1];
	memcpy(whole, head, head_length);
	memcpy(whole + head_length, line, length);
	whole[head_length + length] = '\n';
	ssize_t written = log->fd >= 0 ? write(log->fd, whole, head_length + length + 1) : -1;
	if (written > 0)
		log->size += written;
}

void shim_stream_flush(shim_stream *stream, shim_log *log)
{
	if (stream->length)
		write_line(log, stream->name, stream->line, stream->length, 1);
	stream->length = 0;
}

/* Writes the whole lines that are in the buffer, and a full buffer as a partial line. */
static void write_lines(shim_stream *stream, shim_log *log)
{
	size_t begin = 0;
	for (;;) {
		char *newline = memchr(stream->line + begin, '\n', stream->length - begin);
		if (!newline)
			break;
		size_t length = (size_t)(newline - (stream->line + begin));
		write_line(log, stream->name, stream->line + begin, length, 0);
		begin += length + 1;
	}
	memmove(stream->line, stream->line + begin, stream->length - begin);
	stream->length -= begin;
	if (stream->length == sizeof(stream->line))
		shim_stream_flush(stream, log);
}

void shim_stream_read(shim_stream *stream, shim_log *log, int rounds)
{
	while (stream->fd >= 0 && rounds-- > 0) {
		ssize_t n =
		    read(stream->fd, stream->line + stream->length, sizeof(stream->line) - stream->length);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0) { /* EIO: the other end of a terminal is closed */
			shim_stream_flush(stream, log);
			close(stream->fd);
			stream->fd = -1;
			return;
		}
		stream->length += (size_t)n;
		write_lines(stream, log);
	}
}
