/* Check's asserts without its runner, which a fuzz target has not: a broken law traps. */
#include <check.h>
#include <stdarg.h>
#include <stdio.h>

void _mark_point(const char *file, int line)
{
	(void)file;
	(void)line;
}

void _ck_assert_failed(const char *file, int line, const char *expr, const char *msg, ...)
{
	fprintf(stderr, "%s:%d: %s", file, line, msg ? "" : expr);
	if (msg) {
		va_list args;
		va_start(args, msg);
		vfprintf(stderr, msg, args);
		va_end(args);
	}
	fputc('\n', stderr);
	__builtin_trap();
}
