/* Who holds a lock file: a line in it, for the message of others. */
#ifndef KORCH_BASE_HOLDER_H
#define KORCH_BASE_HOLDER_H

enum { KORCH_HOLDER_SIZE = 129 };

/* Writes "process PID (PROGRAM)"; when that fails others see no name. */
void korch__holder_write(int fd);
/* Reads what the holder wrote; "" when there is nothing. */
void korch__holder_read(char out[KORCH_HOLDER_SIZE], int fd);

#endif
