"""Conan's recipe of the library: `conan create packaging/conan` in a clone of the repository."""

from pathlib import Path

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, load
from conan.tools.gnu import PkgConfigDeps
from conan.tools.scm import Version

required_conan_version = ">=2.0"


class Drawbridge(ConanFile):
    name = "drawbridge"
    description = "Lets a backend in any language trust the users of a Better Auth front end"
    license = "MIT"
    topics = ("authentication", "better-auth", "jwt")
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"shared": [True, False], "fPIC": [True, False]}
    default_options = {"shared": False, "fPIC": True}
    implements = ["auto_shared_fpic"]

    def set_version(self):
        self.version = load(self, self._root / "VERSION").strip()

    @property
    def _root(self) -> Path:
        """The repository, or once the recipe is in Conan's cache what was exported of it."""
        folder = Path(self.recipe_folder)
        return folder if (folder / "VERSION").is_file() else folder.parents[1]

    def export(self):
        copy(self, "VERSION", self._root, self.export_folder)

    def export_sources(self):
        for name in ("CMakeLists.txt", "LICENSE", "VERSION", "cmake/*", "include/*", "src/*"):
            copy(self, name, self._root, self.export_sources_folder)

    def requirements(self):
        self.requires("libcurl/[>=7.87 <9]")
        self.requires("libsodium/[>=1.0.18 <2]")
        self.requires("openssl/[>=3 <4]")
        self.requires("simdjson/[>=3 <5]")

    def build_requirements(self):
        self.tool_requires("cmake/[>=3.25]")
        self.tool_requires("pkgconf/[>=1.8]")

    def validate(self):
        check_min_cppstd(self, 23)

    def layout(self):
        cmake_layout(self)

    def generate(self):
        toolchain = CMakeToolchain(self)
        toolchain.cache_variables["DRAWBRIDGE_PROGRAM"] = False
        toolchain.generate()
        PkgConfigDeps(self).generate()
        libraries = CMakeDeps(self)
        for name in ("libcurl", "simdjson"):  # CMakeLists.txt names the oldest that does
            libraries.set_property(name, "cmake_config_version_compat", "AnyNewerVersion")
        libraries.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        CMake(self).install()

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "drawbridge")
        self.cpp_info.set_property("cmake_target_name", "drawbridge::drawbridge")
        self.cpp_info.set_property("pkg_config_name", "drawbridge")
        self.cpp_info.libs = ["drawbridge"]
        if self.settings.os in ("Linux", "FreeBSD"):
            self.cpp_info.system_libs = ["pthread"]
        compiler = self.settings.compiler
        if compiler == "clang" and Version(compiler.version) < 19 and str(compiler.libcxx).startswith("libstdc++"):
            # As src/CMakeLists.txt says: libstdc++ hides std::expected from these.
            self.cpp_info.cxxflags = ["-Wno-builtin-macro-redefined", "-U__cpp_concepts", "-D__cpp_concepts=202002L"]
