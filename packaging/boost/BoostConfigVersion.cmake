set(PACKAGE_VERSION 1.81.0) # as packaging/sources.txt has it
set(PACKAGE_VERSION_COMPATIBLE TRUE)
