/* Key material from files, variables and base64, into locked memory only. */
#include "base/cleanup.h"
#include "base/text.h"
#include "object/problems.h"
#include "seal/core.h"
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int digit_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Bytes behind the room's end are counted and not kept. */
const char *korch__secret_base64(uint8_t *room, size_t *length, korch__span text)
{
	static const char FAULT[] = "secrets must be base64 encoded";
	uint32_t bits = 0;
	size_t n_digits = 0, n_padding = 0, n = 0;
	for (size_t i = 0; i < text.length; i++) {
		char c = (char)text.data[i];
		int digit = digit_of(c);
		if (c == '\n' || c == '\r')
			continue;
		if (c == '=')
			n_padding++;
		if ((digit < 0 && c != '=') || (n_padding && c != '='))
			return FAULT;
		if (digit < 0)
			continue;
		bits = bits << 6 | (uint32_t)digit;
		if (n_digits++ % 4 != 0) {
			if (n < KORCH_SEAL_KEY_BYTES)
				room[n] = (uint8_t)(bits >> (6 - 2 * ((n_digits - 1) % 4)));
			n++;
		}
	}
	OPENSSL_cleanse(&bits, sizeof(bits));
	if ((n_digits + n_padding) % 4 != 0 || n_padding > 2)
		return FAULT;
	*length = n;
	return NULL;
}

static int is_hexadecimal(const uint8_t *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!isxdigit(text[i]))
			return 0;
	return 1;
}

static void read_hexadecimal(uint8_t *room, const uint8_t *text)
{
	for (size_t i = 0; i < (size_t)2 * KORCH_SEAL_KEY_BYTES; i++) {
		int value = isdigit(text[i]) ? text[i] - '0' : (text[i] | 32) - 'a' + 10;
		room[i / 2] = (uint8_t)(room[i / 2] << 4 | value);
	}
}

/* may_be_raw: bytes as they are. 0 or KORCH_E_INVALID. */
static int read_key(uint8_t *room, korch__span text, int may_be_raw, korch_error **err)
{
	size_t length = 0, whole = text.length;
	if (may_be_raw && text.length == KORCH_SEAL_KEY_BYTES) {
		memcpy(room, text.data, text.length);
		return 0;
	}
	while (text.length && isspace(text.data[text.length - 1]))
		text.length--;
	if (text.length == (size_t)2 * KORCH_SEAL_KEY_BYTES && is_hexadecimal(text.data, text.length)) {
		read_hexadecimal(room, text.data);
		return 0;
	}
	if (!korch__secret_base64(room, &length, text) && length == KORCH_SEAL_KEY_BYTES)
		return 0;
	OPENSSL_cleanse(room, KORCH_SEAL_KEY_BYTES);
	return korch_error_set(err, KORCH_E_INVALID,
	                       "holds %zu bytes that are no key: must be %s64 hexadecimal digits or "
	                       "base64 of 32 bytes",
	                       whole, may_be_raw ? "32 bytes, or " : "");
}

static int fail_read(korch_error **err, const char *path)
{
	int number = errno;
	int code = number == ENOENT   ? KORCH_E_NOT_FOUND
	           : number == EACCES ? KORCH_E_FORBIDDEN
	                              : KORCH_E_IO;
	korch_error_set(err, code, "cannot be read: %s", strerror(number));
	korch_error_set_location(err, path, 0);
	return code;
}

/* Up to the vault's size. The number of bytes, or -1 with errno. */
static ssize_t read_all(int fd, korch__vault *vault)
{
	size_t n = 0;
	while (n < vault->size) {
		ssize_t got = read(fd, vault->data + n, vault->size - n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		n += (size_t)got;
	}
	return (ssize_t)n;
}

int korch__secret_file(korch__vault *vault, const char *path, size_t max, korch_error **err)
{
	_cleanup_vault_ korch__vault text = {0};
	if (korch__vault_init(&text, max + 1) < 0)
		return korch_error_set(err, KORCH_E_NOMEM, "%s", korch_code_text(KORCH_E_NOMEM));
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fail_read(err, path);
	ssize_t n = read_all(fd, &text);
	int number = errno;
	close(fd);
	errno = number;
	if (n < 0)
		return fail_read(err, path);
	if ((size_t)n > max) {
		korch_error_set(err, KORCH_E_LIMIT, "is longer than %zu bytes", max);
		korch_error_set_location(err, path, 0);
		return KORCH_E_LIMIT;
	}
	*vault = text;
	vault->size = (size_t)n;
	text = (korch__vault){0};
	return 0;
}

static void warn_of_mode(const char *path, korch_problems *warnings)
{
	struct stat facts;
	if (stat(path, &facts) < 0 || !S_ISREG(facts.st_mode) || !(facts.st_mode & 077))
		return;
	korch__problems_at_place(warnings, path, 0);
	korch__problem_warn(warnings, "", KORCH_PROBLEM_OTHER,
	                    "the key's file has mode %04o, others may reach it: should be 0600 or less",
	                    (unsigned)(facts.st_mode & 07777));
	korch__problems_at_place(warnings, NULL, 0);
}

int korch__secret_from_file(uint8_t *room, const char *path, korch_problems *warnings,
                            korch_error **err)
{
	_cleanup_vault_ korch__vault text = {0};
	int code = korch__secret_file(&text, path, KORCH_SEAL_KEY_FILE_MAX, err);
	if (code < 0)
		return code;
	code = read_key(room, KORCH__SPAN(text.data, text.size), 1, err);
	if (code < 0)
		korch_error_set_location(err, path, 0);
	warn_of_mode(path, warnings);
	return code;
}

int korch__secret_from_environment(uint8_t *room, const char *name, korch_error **err)
{
	const char *text = getenv(name);
	if (!text || !*text)
		return korch_error_set(err, KORCH_E_NOT_FOUND, "environment variable %s is %s", name,
		                       text ? "empty" : "not set");
	int code = read_key(room, KORCH__SPAN(text, strlen(text)), 0, err);
	if (code < 0)
		korch_error_prefix_path(err, name);
	return code;
}
