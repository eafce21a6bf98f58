/* Notes: what an object's status has no field for, as a small JSON text in an annotation. Written
 * by printf(); read here. Not for text that others write. */
#ifndef KORCH_CONTROL_NOTE_H
#define KORCH_CONTROL_NOTE_H

#include <stddef.h>
#include <stdint.h>

/* The number of a key; 0 when there is none, or no text. */
int64_t korch__note_number(const char *text, const char *key);
/* The text of a key, "" when there is none or no room for it. */
void korch__note_text(char *out, size_t size, const char *text, const char *key);

#endif
