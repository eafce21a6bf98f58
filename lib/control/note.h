/* Notes: what an object's status has no field for, as a small JSON text in an annotation. Written
 * by printf(); read here. Not for text that others write. */
#ifndef KORCH_CONTROL_NOTE_H
#define KORCH_CONTROL_NOTE_H

#include <korch/loop.h>
#include <stddef.h>
#include <stdint.h>

/* The number of a key; 0 when there is none, or no text. */
int64_t korch__note_number(const char *text, const char *key);
/* A time that lies behind us: what was noted, never before 0 or after now. A clock that was set
 * back and a hand that wrote nonsense make nothing wait longer than its own length. */
korch_usec korch__note_time(const char *text, const char *key, korch_usec now);
korch_usec korch__note_past(korch_usec at, korch_usec now);
/* The text of a key, "" when there is none or no room for it. */
void korch__note_text(char *out, size_t size, const char *text, const char *key);

#endif
